/* The client, one token at a time: what begins, finishes, seals and opens it, and what must leave its state alone. */
#include "roles.h"

/* A token that was begun and answered, to be finished. */
typedef struct begun {
    pp_pending_token pending;
    uint8_t request[PP_TOKEN_REQUEST_MAX_BYTES];
    size_t request_len;
    uint8_t response[PP_TOKEN_RESPONSE_MAX_BYTES];
    size_t response_len;
} begun;

static roles all;
static uint8_t challenge[ROLES_COUNT][64];
static size_t challenge_len[ROLES_COUNT];

static void begin(begun *b, unsigned key) {
    const pp_issuer_key *keys[1];
    keys[0] = all.issuer[key];
    memset(b->request, 0, sizeof b->request);
    memset(b->response, 0, sizeof b->response);
    CHECK_OK(pp_client_begin(all.token[key], &b->pending, b->request, sizeof b->request, &b->request_len, challenge[key],
                             challenge_len[key], NULL, NULL));
    CHECK_SIZE(roles_request_bytes[key], b->request_len);
    CHECK_OK(pp_issuer_issue(keys, 1, b->response, sizeof b->response, &b->response_len, b->request, b->request_len, NULL,
                             NULL));
    CHECK_SIZE(roles_response_bytes[key], b->response_len);
}

/* Finish, and check that the origin takes the token. */
static void finish(begun *b, unsigned key) {
    const pp_verifier_key *keys[1];
    uint8_t token[PP_TOKEN_MAX_BYTES];
    pp_expected expected;
    pp_detail detail;
    size_t len;
    keys[0] = all.verifier[key];
    memset(&expected, 0, sizeof expected);
    expected.struct_size = sizeof expected;
    expected.challenge = roles_bytes(challenge[key], challenge_len[key]);
    CHECK_OK(pp_client_finish(all.token[key], &b->pending, token, roles_token_bytes[key], &len, b->response,
                              b->response_len, &detail));
    ROLES_DETAIL(detail, PP_OK, 0, PP_NONE, PP_NONE);
    CHECK_SIZE(roles_token_bytes[key], len);
    CHECK_ZERO(&b->pending, sizeof b->pending);
    CHECK_OK(pp_origin_verify(keys, 1, NULL, token, len, &expected, NULL));
}

/* Check that a state makes no token. */
static void check_consumed(begun *b, unsigned key) {
    uint8_t token[PP_TOKEN_MAX_BYTES], id[32];
    pp_detail detail;
    size_t len = 7;
    CHECK_ZERO(&b->pending, sizeof b->pending);
    memset(token, 0xEE, sizeof token);
    CHECK_STATUS(PP_ERR_ALREADY_USED, pp_client_finish(all.token[key], &b->pending, token, sizeof token, &len, b->response,
                                                       b->response_len, &detail));
    ROLES_DETAIL(detail, PP_ERR_ALREADY_USED, 0, PP_NONE, PP_NONE);
    CHECK_SIZE(0, len);
    CHECK_STATUS(PP_ERR_ALREADY_USED,
                 pp_pending_token_seal(&b->pending, token, sizeof token, &len, all.token[key], NULL));
    CHECK_SIZE(0, len);
    CHECK_SIZE(0xEE, token[0]);
    CHECK_STATUS(PP_ERR_ALREADY_USED, pp_pending_token_key_id(&b->pending, id, NULL));
    CHECK_STATUS(PP_ERR_ALREADY_USED, pp_pending_token_digest(&b->pending, id, NULL));
}

static void begin_and_finish(unsigned key) {
    begun b, moved;
    uint8_t got[32], want[32];

    begin(&b, key);
    CHECK_OK(pp_pending_token_key_id(&b.pending, got, NULL));
    CHECK_OK(pp_token_key_id(all.token[key], want, NULL));
    CHECK_BYTES(want, sizeof want, got, sizeof got);
    CHECK_SIZE(want[31], b.request[2]);
    CHECK_OK(pp_pending_token_digest(&b.pending, got, NULL));
    CHECK_OK(pp_token_challenge_digest(want, challenge[key], challenge_len[key], NULL));
    CHECK_BYTES(want, sizeof want, got, sizeof got);
    finish(&b, key);
    check_consumed(&b, key);

    /* A value may be moved, and wiped in place of being used. */
    begin(&b, key);
    memcpy(&moved, &b, sizeof b);
    memset(&b, 0, sizeof b);
    finish(&moved, key);
    begin(&b, key);
    pp_pending_token_wipe(&b.pending);
    check_consumed(&b, key);
    pp_pending_token_wipe(&b.pending);
    pp_pending_token_wipe(NULL);

    /* Two tokens of one challenge have nothing in common. */
    begin(&b, key);
    begin(&moved, key);
    CHECK(memcmp(b.request + 3, moved.request + 3, b.request_len - 3) != 0);
    pp_pending_token_wipe(&moved.pending);

    /* To begin again where there is a state replaces it. */
    begin(&b, key);
    finish(&b, key);
}

/* What cannot be begun leaves the state as it was, and writes nothing. */
static void begin_fails(unsigned key) {
    begun b, before;
    uint8_t request[PP_TOKEN_REQUEST_MAX_BYTES];
    unsigned other = (key + 1) % ROLES_COUNT;
    pp_token_key *empty;
    pp_detail detail;
    roles_source source;
    pp_rng rng;
    size_t len, cut;
    unsigned long calls, at;
    unsigned i;

    CHECK_OK(pp_token_key_new(&empty, NULL));
    begin(&b, key);
    memcpy(&before, &b, sizeof b);
    memset(request, 0xEE, sizeof request);
    len = 7;
    CHECK_STATUS(PP_ERR_MISUSE, pp_client_begin(empty, &b.pending, request, sizeof request, &len, challenge[key],
                                                challenge_len[key], NULL, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, PP_NONE);
    CHECK_STATUS(PP_ERR_MISUSE, pp_client_begin(all.token[key], &b.pending, request, sizeof request, &len,
                                                challenge[other], challenge_len[other], NULL, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 0, PP_NONE, PP_NONE);
    CHECK_SIZE(0, len);
    for (cut = 0; cut < challenge_len[key]; cut++) {
        len = 7;
        CHECK_STATUS(PP_ERR_MALFORMED, pp_client_begin(all.token[key], &b.pending, request, sizeof request, &len,
                                                       challenge[key], cut, NULL, &detail));
        CHECK(detail.offset <= cut);
        CHECK_SIZE(0, len);
    }
    for (cut = 0; cut < roles_request_bytes[key]; cut++) {
        CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL, pp_client_begin(all.token[key], &b.pending, cut == 0 ? NULL : request, cut,
                                                              &len, challenge[key], challenge_len[key], NULL, &detail));
        CHECK_SIZE(roles_request_bytes[key], len);
        ROLES_DETAIL(detail, PP_ERR_BUFFER_TOO_SMALL, 0, len, PP_NONE);
    }

    /* Randomness that fails at its first call, its second, and so on; as often as it is called. */
    rng = roles_source_open(&source, 0, PP_OK);
    CHECK_OK(pp_client_begin(all.token[key], &b.pending, b.request, sizeof b.request, &len, challenge[key],
                             challenge_len[key], &rng, NULL));
    calls = source.calls;
    CHECK(calls >= 2);
    memcpy(&b, &before, sizeof b);
    for (at = 1; at <= calls; at++) {
        for (i = 0; i < 3; i++) {
            rng = roles_source_open(&source, at, roles_failures[i]);
            len = 7;
            CHECK_STATUS(PP_ERR_RNG, pp_client_begin(all.token[key], &b.pending, request, sizeof request, &len,
                                                     challenge[key], challenge_len[key], &rng, &detail));
            ROLES_DETAIL(detail, PP_ERR_RNG, 0, PP_NONE, PP_NONE);
            CHECK_SIZE(at, source.calls);
            CHECK_SIZE(0, len);
        }
    }
    CHECK(request[0] == 0xEE && memcmp(request, request + 1, sizeof request - 1) == 0);
    finish(&b, key);

    /* With a struct that nobody has set before: it may hold anything, and is not looked at. */
    {
        pp_pending_token unset;
        CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL, pp_client_begin(all.token[key], &unset, NULL, 0, &len, challenge[key],
                                                              challenge_len[key], NULL, NULL));
        pp_pending_token_wipe(&unset);
        CHECK_ZERO(&unset, sizeof unset);
    }
    pp_token_key_free(empty);
}

/* What leaves the state as it was: afterwards it makes its token. */
static void finish_survives(unsigned key) {
    begun b;
    uint8_t token[PP_TOKEN_MAX_BYTES];
    pp_token_key *empty;
    pp_detail detail;
    size_t len, cut;
    unsigned other;

    CHECK_OK(pp_token_key_new(&empty, NULL));
    begin(&b, key);
    memset(token, 0xEE, sizeof token);
    for (cut = 0; cut < roles_token_bytes[key]; cut++) {
        len = 7;
        CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL, pp_client_finish(all.token[key], &b.pending, cut == 0 ? NULL : token, cut,
                                                               &len, b.response, b.response_len, &detail));
        CHECK_SIZE(roles_token_bytes[key], len);
        ROLES_DETAIL(detail, PP_ERR_BUFFER_TOO_SMALL, 0, len, PP_NONE);
    }
    /* The buffer is asked for before the response is looked at, so that a bad one does not hide it. */
    CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL, pp_client_finish(all.token[key], &b.pending, NULL, 0, &len, NULL, 0, NULL));
    for (other = 0; other < ROLES_COUNT; other++) {
        if (other != key) {
            len = 7;
            CHECK_STATUS(PP_ERR_MISUSE, pp_client_finish(all.token[other], &b.pending, token, sizeof token, &len,
                                                         b.response, b.response_len, &detail));
            ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, PP_NONE);
            CHECK_SIZE(0, len);
        }
    }
    CHECK_STATUS(PP_ERR_MISUSE, pp_client_finish(empty, &b.pending, token, sizeof token, &len, b.response, b.response_len,
                                                 NULL));
    CHECK_STATUS(PP_ERR_MISUSE, pp_client_finish(all.token[key], &b.pending, token, sizeof token, &len, NULL,
                                                 b.response_len, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 6, PP_NONE, PP_NONE);
    CHECK_STATUS(PP_ERR_MISUSE, pp_client_finish(all.token[key], &b.pending, token, sizeof token, NULL, b.response,
                                                 b.response_len, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 5, PP_NONE, PP_NONE);
    CHECK(token[0] == 0xEE && memcmp(token, token + 1, sizeof token - 1) == 0);
    finish(&b, key);
    pp_token_key_free(empty);
}

/* What consumes it: a response that is none, and one that is wrong. */
static void finish_consumes(unsigned key) {
    begun b, other;
    uint8_t token[PP_TOKEN_MAX_BYTES], response[PP_TOKEN_RESPONSE_MAX_BYTES + 1];
    size_t wrong_len[4], len, i;
    pp_detail detail;

    memset(token, 0xEE, sizeof token);
    wrong_len[0] = 0;
    wrong_len[1] = 1;
    wrong_len[2] = roles_response_bytes[key] - 1;
    wrong_len[3] = roles_response_bytes[key] + 1;
    for (i = 0; i < 4; i++) {
        begin(&b, key);
        memset(response, 0, sizeof response);
        memcpy(response, b.response, b.response_len);
        len = 7;
        CHECK_STATUS(PP_ERR_MALFORMED, pp_client_finish(all.token[key], &b.pending, token, sizeof token, &len, response,
                                                        wrong_len[i], &detail));
        CHECK_STATUS(PP_ERR_MALFORMED, detail.status);
        CHECK_SIZE(0, len);
        check_consumed(&b, key);
    }
    /* Every part of a response counts: the element, the challenge and the answer of a proof; all of a signature. */
    for (i = 1; i < roles_response_bytes[key]; i += 16) {
        begin(&b, key);
        b.response[i] ^= 0x10;
        len = 7;
        {
            pp_status status = pp_client_finish(all.token[key], &b.pending, token, sizeof token, &len, b.response,
                                                b.response_len, &detail);
            /* A changed coordinate is hardly ever one of the curve. */
            CHECK(status == PP_ERR_INVALID_PROOF || (key % 2 == ROLES_VOPRF && i < 49 && status == PP_ERR_MALFORMED));
            CHECK_STATUS(status, detail.status);
        }
        CHECK_SIZE(0, len);
        check_consumed(&b, key);
    }
    /* The answer to another request. */
    begin(&b, key);
    begin(&other, key);
    CHECK_STATUS(PP_ERR_INVALID_PROOF, pp_client_finish(all.token[key], &b.pending, token, sizeof token, &len,
                                                        other.response, other.response_len, NULL));
    check_consumed(&b, key);
    finish(&other, key);
    CHECK(token[0] == 0xEE && memcmp(token, token + 1, sizeof token - 1) == 0);
}

static void seal_and_open(unsigned key) {
    static uint8_t blob[PP_SEALED_MAX_BYTES + 1], copy[PP_SEALED_MAX_BYTES + 1];
    begun b, before;
    uint8_t got[32], want[32];
    unsigned other;
    pp_token_key *empty;
    pp_detail detail;
    size_t len, blob_len, cut, bit;

    CHECK_OK(pp_token_key_new(&empty, NULL));
    begin(&b, key);
    CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL, pp_pending_token_seal(&b.pending, NULL, 0, &blob_len, all.token[key], &detail));
    ROLES_DETAIL(detail, PP_ERR_BUFFER_TOO_SMALL, 0, blob_len, PP_NONE);
    CHECK(blob_len > 0 && blob_len <= PP_SEALED_MAX_BYTES);
    for (cut = 1; cut < blob_len; cut++) {
        memset(blob, 0, sizeof blob);
        len = 7;
        CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL, pp_pending_token_seal(&b.pending, blob, cut, &len, all.token[key], NULL));
        CHECK_SIZE(blob_len, len);
        CHECK_ZERO(blob, sizeof blob); /* never a part of the secret */
    }
    for (other = 0; other < ROLES_COUNT; other++) {
        if (other != key) {
            len = 7;
            CHECK_STATUS(PP_ERR_MISUSE, pp_pending_token_seal(&b.pending, blob, sizeof blob, &len, all.token[other], &detail));
            ROLES_DETAIL(detail, PP_ERR_MISUSE, 5, PP_NONE, PP_NONE);
            CHECK_SIZE(0, len);
        }
    }
    CHECK_STATUS(PP_ERR_MISUSE, pp_pending_token_seal(&b.pending, blob, sizeof blob, &len, empty, NULL));
    CHECK_OK(pp_pending_token_key_id(&b.pending, got, NULL));
    CHECK_OK(pp_token_key_id(all.token[key], want, NULL));
    CHECK_BYTES(want, sizeof want, got, sizeof got);

    memset(blob, 0xEE, sizeof blob);
    CHECK_OK(pp_pending_token_seal(&b.pending, blob, blob_len, &len, all.token[key], &detail));
    ROLES_DETAIL(detail, PP_OK, 0, PP_NONE, PP_NONE);
    CHECK_SIZE(blob_len, len);
    CHECK_SIZE(0xEE, blob[blob_len]);
    check_consumed(&b, key);
    memcpy(copy, blob, sizeof blob);

    CHECK_OK(pp_sealed_token_key_id(got, blob, blob_len, NULL));
    CHECK_BYTES(want, sizeof want, got, sizeof got);

    /* Damaged at any bit, cut, or longer: no state, and the bytes stay as they were. */
    memset(&b.pending, 0, sizeof b.pending);
    for (bit = 0; bit < 8 * blob_len; bit += 5) {
        pp_status expected = bit / 8 == 4 ? PP_ERR_UNSUPPORTED : PP_ERR_MALFORMED; /* the fifth byte is the version */
        blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK_STATUS(expected, pp_pending_token_open(&b.pending, blob, blob_len, all.token[key], NULL));
        CHECK_STATUS(expected, pp_sealed_token_key_id(got, blob, blob_len, NULL));
        blob[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (cut = 0; cut < blob_len; cut++) {
        CHECK_STATUS(PP_ERR_MALFORMED, pp_pending_token_open(&b.pending, blob, cut, all.token[key], NULL));
    }
    CHECK_STATUS(PP_ERR_MALFORMED, pp_pending_token_open(&b.pending, blob, blob_len + 1, all.token[key], &detail));
    for (other = 0; other < ROLES_COUNT; other++) {
        if (other != key) {
            CHECK_STATUS(PP_ERR_UNKNOWN_KEY, pp_pending_token_open(&b.pending, blob, blob_len, all.token[other], NULL));
        }
    }
    CHECK_STATUS(PP_ERR_MISUSE, pp_pending_token_open(&b.pending, blob, blob_len, empty, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 4, PP_NONE, PP_NONE);
    CHECK_STATUS(PP_ERR_MISUSE, pp_pending_token_open(&b.pending, NULL, blob_len, all.token[key], &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 2, PP_NONE, PP_NONE);
    CHECK_ZERO(&b.pending, sizeof b.pending);
    CHECK_BYTES(copy, sizeof copy, blob, sizeof blob);

    /* Once, and then the bytes are zeros. */
    CHECK_OK(pp_pending_token_open(&b.pending, blob, blob_len, all.token[key], &detail));
    ROLES_DETAIL(detail, PP_OK, 0, PP_NONE, PP_NONE);
    CHECK_ZERO(blob, blob_len);
    CHECK_SIZE(0xEE, blob[blob_len]);
    CHECK_STATUS(PP_ERR_ALREADY_USED, pp_sealed_token_key_id(got, blob, blob_len, NULL));
    {
        pp_pending_token none;
        memset(&none, 0, sizeof none);
        CHECK_STATUS(PP_ERR_ALREADY_USED, pp_pending_token_open(&none, blob, blob_len, all.token[key], &detail));
        ROLES_DETAIL(detail, PP_ERR_ALREADY_USED, 0, PP_NONE, PP_NONE);
        CHECK_ZERO(&none, sizeof none);
    }
    finish(&b, key);

    /* Sealed twice in a row it is the same state, and to open into a struct that holds one replaces that. */
    begin(&before, key);
    begin(&b, key);
    CHECK_OK(pp_pending_token_seal(&b.pending, blob, sizeof blob, &blob_len, all.token[key], NULL));
    memcpy(copy, blob, blob_len);
    CHECK_OK(pp_pending_token_open(&before.pending, blob, blob_len, all.token[key], NULL));
    CHECK_OK(pp_pending_token_seal(&before.pending, blob, sizeof blob, &len, all.token[key], NULL));
    CHECK_BYTES(copy, blob_len, blob, len);
    CHECK_OK(pp_pending_token_open(&b.pending, blob, blob_len, all.token[key], NULL));
    finish(&b, key);
    pp_token_key_free(empty);
}

/* A struct whose first word is neither zero nor the right one was never a state: it is misuse, and stays as it is. */
static void magic_words(unsigned key) {
    static const uint64_t words[] = {1, UINT64_MAX, UINT64_C(0xA5A5A5A5A5A5A5A5)};
    uint8_t token[PP_TOKEN_MAX_BYTES], id[32];
    begun b;
    pp_detail detail;
    size_t len;
    unsigned i, j;
    union {
        pp_pending_issuance issuance;
        pp_pending_token pending;
        uint64_t word;
    } other;
    const pp_token_key *keys[1];

    for (i = 0; i < 3; i++) {
        begin(&b, key);
        b.pending.opaque[0] = words[i];
        for (j = 0; j < 2; j++) {
            len = 7;
            CHECK_STATUS(PP_ERR_MISUSE, pp_client_finish(all.token[key], &b.pending, token, sizeof token, &len, b.response,
                                                         b.response_len, &detail));
            ROLES_DETAIL(detail, PP_ERR_MISUSE, 2, PP_NONE, PP_NONE);
            CHECK_STATUS(PP_ERR_MISUSE, pp_pending_token_seal(&b.pending, token, sizeof token, &len, all.token[key], &detail));
            ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, PP_NONE);
            CHECK_STATUS(PP_ERR_MISUSE, pp_pending_token_key_id(&b.pending, id, &detail));
            ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, PP_NONE);
            CHECK_STATUS(PP_ERR_MISUSE, pp_pending_token_digest(&b.pending, id, NULL));
            CHECK(b.pending.opaque[0] == words[i]);
        }
        pp_pending_token_wipe(&b.pending);
        CHECK_ZERO(&b.pending, sizeof b.pending);
    }
    /* Another kind of value is no state either. */
    begin(&b, key);
    keys[0] = all.token[key];
    CHECK_OK(pp_issuer_begin(keys, 1, &other.issuance, b.request, b.request_len, NULL));
    CHECK_STATUS(PP_ERR_MISUSE, pp_client_finish(all.token[key], &other.pending, token, sizeof token, &len, b.response,
                                                 b.response_len, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 2, PP_NONE, PP_NONE);
    finish(&b, key);
}

int main(void) {
    static void (*const tests[])(unsigned) = {begin_and_finish, begin_fails,   finish_survives,
                                              finish_consumes,  seal_and_open, magic_words};
    static const char *const names[] = {"begin and finish",        "what cannot be begun",
                                        "what leaves a state alone", "what consumes a state",
                                        "seal and open",           "structs that hold no state"};
    unsigned i, key;

    roles_open(&all);
    for (key = 0; key < ROLES_COUNT; key++) {
        challenge_len[key] = roles_challenge(challenge[key], sizeof challenge[key], roles_type[key], "origin.example");
    }
    for (i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        test_step(names[i]);
        tests[i](ROLES_VOPRF);
        tests[i](ROLES_RSA);
    }
    roles_close(&all);
    return test_end();
}
