/* A length that is longer than the bytes: the library reads past the end of what malloc gave. */
#include "../test.h"

int main(void) {
    uint8_t digest[PP_CHALLENGE_DIGEST_BYTES];
    uint8_t *bytes = (uint8_t *)malloc(100);
    CHECK(bytes != NULL);
    memset(bytes, 0, 100);
    CHECK_OK(pp_token_challenge_digest(digest, bytes, 101, NULL));
    CHECK(digest[0] != digest[1] || digest[1] != digest[2]);
    free(bytes);
    return test_end();
}
