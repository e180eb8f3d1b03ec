/* The smallest origin: verifies one token, given in hex. How large is the program? KEY CHALLENGE TOKEN */
#include "../test.h"

int main(int argc, char **argv) {
    static uint8_t key_bytes[PP_TOKEN_KEY_MAX_BYTES], challenge[4096], token[PP_TOKEN_MAX_BYTES];
    pp_expected expected;
    pp_verifier_key *key;
    const pp_verifier_key *keys[1];
    size_t len;

    CHECK(argc == 4);
    CHECK_OK(pp_verifier_key_new(&key, NULL));
    len = test_hex(key_bytes, sizeof key_bytes, argv[1]);
    CHECK_OK(pp_verifier_key_import(key, PP_TOKEN_TYPE_BLIND_RSA_2048, key_bytes, len, NULL));
    memset(&expected, 0, sizeof expected);
    expected.struct_size = sizeof expected;
    expected.challenge.data = challenge;
    expected.challenge.len = test_hex(challenge, sizeof challenge, argv[2]);
    len = test_hex(token, sizeof token, argv[3]);
    keys[0] = key;
    CHECK_OK(pp_origin_verify(keys, 1, NULL, token, len, &expected, NULL));
    token[len - 1] ^= 1;
    CHECK_STATUS(PP_ERR_INVALID_TOKEN, pp_origin_verify(keys, 1, NULL, token, len, &expected, NULL));
    pp_verifier_key_free(key);
    return test_end();
}
