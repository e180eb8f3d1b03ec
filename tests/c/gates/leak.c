/* A handle that is never freed: only a check for leaks notices. */
#include "../test.h"

int main(void) {
    pp_issuer_key *key;
    CHECK_OK(pp_issuer_key_new(&key, NULL));
    key = NULL;
    CHECK(key == NULL);
    return test_end();
}
