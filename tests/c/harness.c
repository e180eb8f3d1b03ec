/* The tests' own tools: hex, the reader of vectors, the fixed sequence. */
#include "vectors.h"

int main(void) {
    static test_vectors vectors;
    uint8_t bytes[4096], digest[PP_CHALLENGE_DIGEST_BYTES], again[8];
    uint64_t state = 0, same = 0;
    size_t len;

    test_step("hex");
    len = test_hex(bytes, sizeof bytes, "0x00fFa5");
    CHECK_BYTES("\x00\xff\xa5", 3, bytes, len);
    CHECK_SIZE(0, test_hex(bytes, 0, ""));

    test_step("the fixed sequence");
    CHECK_OK(test_rng_fill(&state, bytes, sizeof again));
    CHECK_OK(test_rng_fill(&same, again, sizeof again));
    CHECK_BYTES(bytes, sizeof again, again, sizeof again);

    test_step("vectors: the digest of a challenge stands in what its token authenticates (RFC 9577, appendix A.1)");
    test_vectors_open(&vectors, "rfc9577/challenge.json");
    while (test_vectors_next(&vectors)) {
        CHECK(!test_vectors_has(&vectors, "no such field"));
        CHECK(strlen(test_vectors_text(&vectors, "comment")) > 0);
        if (!test_vectors_has(&vectors, "_derived_token_challenge")) {
            continue; /* the greased one: its challenge is arbitrary */
        }
        len = test_vectors_hex(&vectors, "_derived_token_challenge", bytes, sizeof bytes);
        CHECK_OK(pp_token_challenge_digest(digest, bytes, len, NULL));
        len = test_vectors_hex(&vectors, "token_authenticator_input", bytes, sizeof bytes);
        CHECK_SIZE(98, len);
        CHECK_BYTES(digest, sizeof digest, bytes + 2 + PP_NONCE_BYTES, PP_CHALLENGE_DIGEST_BYTES);
    }
    test_vectors_close(&vectors, 6);

    test_step("vectors: text with quotes (appendix A.2)");
    test_vectors_open(&vectors, "rfc9577/headers.json");
    CHECK(test_vectors_next(&vectors));
    CHECK(strstr(test_vectors_text(&vectors, "WWW-Authenticate"), "challenge=\"") != NULL);
    CHECK(test_vectors_next(&vectors) && test_vectors_next(&vectors));
    CHECK(!test_vectors_next(&vectors));
    test_vectors_close(&vectors, 3);

    test_step("vectors: a file that is an array");
    test_vectors_open(&vectors, "rfc9578/type2.json");
    while (test_vectors_next(&vectors)) {
    }
    test_vectors_close(&vectors, 5);
    return test_end();
}
