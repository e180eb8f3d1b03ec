/* Two Rust archives in one program: privacypass.a, and second_archive.rs. */
#include "test.h"

uint32_t other_count(uint32_t seed);
int32_t other_catches(size_t index);

int main(void) {
    pp_issuer_key *key;
    test_step("this library");
    CHECK_OK(pp_issuer_key_new(&key, NULL));
    CHECK_OK(pp_issuer_key_generate(key, PP_TOKEN_TYPE_VOPRF_P384, NULL, NULL));
    test_step("the other one");
    CHECK_SIZE(7, other_count(3));
    CHECK(other_catches(3) == 1);
    CHECK(other_catches(1) == 0);
    pp_issuer_key_free(key);
    return test_end();
}
