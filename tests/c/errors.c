/* The error table: every code has its name, its sentence, and the HTTP status of each role; unknown codes have safe ones. */
#include "test.h"

static const struct {
    pp_status status, number;
    const char *name;
    unsigned issuer, origin;
} table[] = {{PP_OK, 0, "PP_OK", 200, 200},
             {PP_ERR_MISUSE, -1, "PP_ERR_MISUSE", 500, 500},
             {PP_ERR_BUFFER_TOO_SMALL, -2, "PP_ERR_BUFFER_TOO_SMALL", 500, 500},
             {PP_ERR_UNSUPPORTED, -3, "PP_ERR_UNSUPPORTED", 422, 401},
             {PP_ERR_MALFORMED, -16, "PP_ERR_MALFORMED", 422, 400},
             {PP_ERR_LIMIT, -17, "PP_ERR_LIMIT", 422, 400},
             {PP_ERR_INVALID_TOKEN, -32, "PP_ERR_INVALID_TOKEN", 422, 401},
             {PP_ERR_INVALID_PROOF, -33, "PP_ERR_INVALID_PROOF", 422, 401},
             {PP_ERR_CHALLENGE_MISMATCH, -34, "PP_ERR_CHALLENGE_MISMATCH", 422, 401},
             {PP_ERR_UNKNOWN_KEY, -35, "PP_ERR_UNKNOWN_KEY", 422, 401},
             {PP_ERR_ATTESTATION, -36, "PP_ERR_ATTESTATION", 403, 401},
             {PP_ERR_ALREADY_USED, -48, "PP_ERR_ALREADY_USED", 422, 401},
             {PP_ERR_REPLAYED, -49, "PP_ERR_REPLAYED", 422, 401},
             {PP_ERR_EXPIRED, -50, "PP_ERR_EXPIRED", 422, 401},
             {PP_ERR_EXHAUSTED, -51, "PP_ERR_EXHAUSTED", 503, 503},
             {PP_ERR_RNG, -64, "PP_ERR_RNG", 503, 503},
             {PP_ERR_STORE, -65, "PP_ERR_STORE", 503, 503},
             {PP_ERR_SIGNER, -66, "PP_ERR_SIGNER", 503, 503},
             {PP_ERR_NO_MEMORY, -67, "PP_ERR_NO_MEMORY", 503, 503},
             {PP_ERR_INTERNAL, -127, "PP_ERR_INTERNAL", 500, 500}};
#define TABLE_COUNT (sizeof table / sizeof table[0])

/* A sentence for a log: text, one line, no end of sentence to cut. */
static void check_sentence(const char *text) {
    size_t i, len = strlen(text);
    CHECK(len >= 14 && len <= 120);
    for (i = 0; i < len; i++) {
        CHECK(text[i] >= ' ' && text[i] <= '~');
    }
}

static void known(void) {
    size_t i, j;
    for (i = 0; i < TABLE_COUNT; i++) {
        pp_status status = table[i].status;
        CHECK_STATUS(table[i].number, status);
        CHECK(strcmp(table[i].name, pp_status_name(status)) == 0);
        CHECK(pp_status_name(status) == pp_status_name(status)); /* static */
        check_sentence(pp_status_message(status));
        CHECK_SIZE(table[i].issuer, pp_issuer_http_status(status));
        CHECK_SIZE(table[i].origin, pp_origin_http_status(status));
        for (j = 0; j < i; j++) {
            CHECK(strcmp(pp_status_message(status), pp_status_message(table[j].status)) != 0);
        }
    }
}

static void check_unknown(pp_status status) {
    CHECK(strcmp("PP_ERR_UNKNOWN", pp_status_name(status)) == 0);
    check_sentence(pp_status_message(status));
    CHECK_SIZE(500, pp_issuer_http_status(status));
    CHECK_SIZE(500, pp_origin_http_status(status));
}

static void unknown(void) {
    pp_status status;
    for (status = -300; status <= 300; status++) {
        size_t i = 0;
        while (i < TABLE_COUNT && table[i].status != status) {
            i++;
        }
        if (i == TABLE_COUNT) {
            check_unknown(status);
        }
    }
    check_unknown(INT32_MIN);
    check_unknown(INT32_MAX);
}

/* A detail is written in every case, and may be left out. */
static void details(void) {
    uint8_t digest[PP_CHALLENGE_DIGEST_BYTES];
    pp_detail detail;
    memset(&detail, 0x77, sizeof detail);
    CHECK_OK(pp_token_challenge_digest(digest, NULL, 0, &detail));
    CHECK_STATUS(PP_OK, detail.status);
    CHECK(detail.argument == 0 && detail.offset == PP_NONE && detail.index == PP_NONE);
    CHECK_STATUS(PP_ERR_MISUSE, pp_token_challenge_digest(digest, NULL, 1, &detail));
    CHECK_STATUS(PP_ERR_MISUSE, detail.status);
    CHECK(detail.argument == 2 && detail.offset == PP_NONE && detail.index == PP_NONE);
    CHECK_STATUS(PP_ERR_MISUSE, pp_token_challenge_digest(digest, NULL, 1, NULL));
}

int main(void) {
    test_step("every code");
    known();
    test_step("codes that are none");
    unknown();
    test_step("details");
    details();
    return test_end();
}
