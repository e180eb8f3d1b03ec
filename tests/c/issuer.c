/* The issuer: single and batched answers, keys that live elsewhere, and signers that lie. */
#include "roles.h"

static roles all;
static uint8_t challenge[ROLES_COUNT][64];
static size_t challenge_len[ROLES_COUNT];

/* A request, with the state that can check its answer. */
typedef struct asked {
    pp_pending_token pending;
    uint8_t request[PP_TOKEN_REQUEST_MAX_BYTES];
    size_t len;
} asked;

static void ask(asked *a, unsigned key) {
    CHECK_OK(pp_client_begin(all.token[key], &a->pending, a->request, sizeof a->request, &a->len, challenge[key],
                             challenge_len[key], NULL, NULL));
}

/* The client's verdict on a response. */
static pp_status accept(asked *a, unsigned key, const uint8_t *response, size_t len) {
    uint8_t token[PP_TOKEN_MAX_BYTES];
    size_t token_len;
    return pp_client_finish(all.token[key], &a->pending, token, sizeof token, &token_len, response, len, NULL);
}

static void issue(unsigned key) {
    const pp_issuer_key *keys[ROLES_COUNT], *none[1];
    uint8_t response[PP_TOKEN_RESPONSE_MAX_BYTES], request[PP_TOKEN_REQUEST_MAX_BYTES + 1];
    pp_issuer_key *empty;
    pp_detail detail;
    roles_source source;
    pp_rng rng;
    asked a;
    size_t len, cut, i;
    unsigned long calls, at;

    for (i = 0; i < ROLES_COUNT; i++) {
        keys[i] = all.issuer[i];
    }
    ask(&a, key);

    /* One key among several; whatever the order. */
    CHECK_OK(pp_issuer_issue(keys, ROLES_COUNT, response, roles_response_bytes[key], &len, a.request, a.len, NULL, &detail));
    ROLES_DETAIL(detail, PP_OK, 0, PP_NONE, PP_NONE);
    CHECK_SIZE(roles_response_bytes[key], len);
    CHECK_OK(accept(&a, key, response, len));
    ask(&a, key);

    /* Short buffers, empty keys, and no key. */
    memset(response, 0xEE, sizeof response);
    for (cut = 0; cut < roles_response_bytes[key]; cut += 8) {
        len = 7;
        CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL, pp_issuer_issue(keys, ROLES_COUNT, cut == 0 ? NULL : response, cut, &len,
                                                              a.request, a.len, NULL, &detail));
        CHECK_SIZE(roles_response_bytes[key], len);
        ROLES_DETAIL(detail, PP_ERR_BUFFER_TOO_SMALL, 0, len, PP_NONE);
    }
    CHECK_STATUS(PP_ERR_UNSUPPORTED,
                 pp_issuer_issue(NULL, 0, response, sizeof response, &len, a.request, a.len, NULL, NULL));
    CHECK_SIZE(0, len);
    none[0] = all.issuer[(key + 1) % ROLES_COUNT];
    CHECK_STATUS(PP_ERR_UNSUPPORTED,
                 pp_issuer_issue(none, 1, response, sizeof response, &len, a.request, a.len, NULL, NULL));
    none[0] = all.issuer[(key + 2) % ROLES_COUNT];
    CHECK_STATUS(PP_ERR_UNKNOWN_KEY,
                 pp_issuer_issue(none, 1, response, sizeof response, &len, a.request, a.len, NULL, NULL));
    CHECK_SIZE(0, len);
    CHECK_OK(pp_issuer_key_new(&empty, NULL));
    keys[2] = empty;
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_issue(keys, ROLES_COUNT, response, sizeof response, &len, a.request, a.len, NULL,
                                                &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, 2);
    keys[2] = NULL;
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_issue(keys, ROLES_COUNT, response, sizeof response, &len, a.request, a.len, NULL,
                                                &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, 2);
    keys[2] = (const pp_issuer_key *)(const void *)all.token[2];
    CHECK_STATUS(PP_ERR_MISUSE,
                 pp_issuer_issue(keys, ROLES_COUNT, response, sizeof response, &len, a.request, a.len, NULL, NULL));
    keys[2] = all.issuer[2];
    pp_issuer_key_free(empty);

    /* Requests that are none: cut anywhere, longer, of a type that nobody knows, and with a message no signer takes. */
    memset(request, 0, sizeof request);
    for (cut = 0; cut < a.len; cut++) {
        len = 7;
        CHECK_STATUS(PP_ERR_MALFORMED, pp_issuer_issue(keys, ROLES_COUNT, response, sizeof response, &len, a.request, cut,
                                                       NULL, &detail));
        CHECK(detail.offset <= cut);
        CHECK_SIZE(0, len);
    }
    memcpy(request, a.request, a.len);
    CHECK_STATUS(PP_ERR_MALFORMED, pp_issuer_issue(keys, ROLES_COUNT, response, sizeof response, &len, request, a.len + 1,
                                                   NULL, NULL));
    request[0] = 0xDA;
    CHECK_STATUS(PP_ERR_UNSUPPORTED,
                 pp_issuer_issue(keys, ROLES_COUNT, response, sizeof response, &len, request, a.len, NULL, NULL));
    memcpy(request, a.request, a.len);
    request[2] ^= 0x80;
    CHECK_STATUS(PP_ERR_UNKNOWN_KEY,
                 pp_issuer_issue(keys, ROLES_COUNT, response, sizeof response, &len, request, a.len, NULL, NULL));
    memset(request + 3, 0xFF, a.len - 3);
    request[2] = a.request[2];
    len = 7;
    CHECK_STATUS(PP_ERR_MALFORMED,
                 pp_issuer_issue(keys, ROLES_COUNT, response, sizeof response, &len, request, a.len, NULL, NULL));
    CHECK_SIZE(0, len);

    /* Randomness that fails at each call. */
    rng = roles_source_open(&source, 0, PP_OK);
    {
        uint8_t good[PP_TOKEN_RESPONSE_MAX_BYTES];
        CHECK_OK(pp_issuer_issue(keys, ROLES_COUNT, good, sizeof good, &len, a.request, a.len, &rng, NULL));
    }
    calls = source.calls;
    CHECK(calls >= 1);
    for (at = 1; at <= calls; at++) {
        rng = roles_source_open(&source, at, roles_failures[at % 3]);
        len = 7;
        CHECK_STATUS(PP_ERR_RNG, pp_issuer_issue(keys, ROLES_COUNT, response, sizeof response, &len, a.request, a.len, &rng,
                                                 &detail));
        CHECK_STATUS(PP_ERR_RNG, detail.status);
        CHECK_SIZE(at, source.calls);
        CHECK_SIZE(0, len);
    }
    CHECK(response[0] == 0xEE && memcmp(response, response + 1, sizeof response - 1) == 0);
    CHECK_OK(pp_issuer_issue(keys, ROLES_COUNT, response, sizeof response, &len, a.request, a.len, &rng, NULL));
    CHECK_OK(accept(&a, key, response, len));
}

/* What becomes of an item, by its place. */
enum fate { GOOD, FOREIGN_KEY, NO_ROOM, CUT, ABSENT, NO_ELEMENT, GREASED, FINE, FATES };
#define COUNT_MAX 40

static void issue_many(void) {
    static const size_t counts[] = {0, 1, 15, 16, 17, COUNT_MAX};
    static const pp_status expected[FATES] = {PP_OK,
                                              PP_ERR_UNKNOWN_KEY,
                                              PP_ERR_BUFFER_TOO_SMALL,
                                              PP_ERR_MALFORMED,
                                              PP_ERR_MALFORMED,
                                              PP_ERR_MALFORMED,
                                              PP_ERR_UNSUPPORTED,
                                              PP_OK};
    static asked items[COUNT_MAX];
    static uint8_t room[COUNT_MAX][PP_TOKEN_RESPONSE_MAX_BYTES];
    const pp_issuer_key *keys[3];
    pp_buffer responses[COUNT_MAX];
    pp_bytes requests[COUNT_MAX];
    pp_status results[COUNT_MAX];
    pp_detail detail;
    roles_source source;
    pp_rng rng;
    size_t n, i;
    unsigned long calls;

    keys[0] = all.issuer[ROLES_RSA];
    keys[1] = all.issuer[ROLES_VOPRF];
    keys[2] = all.issuer[ROLES_OTHER_RSA]; /* and not the other of type 0x0001 */
    for (n = 0; n < sizeof counts / sizeof counts[0]; n++) {
        size_t count = counts[n];
        memset(room, 0xEE, sizeof room);
        for (i = 0; i < count; i++) {
            unsigned key = (unsigned)(i * 7 / 3 % 3); /* the keys in turn, so that chunks mix them */
            if (i % FATES == FOREIGN_KEY) {
                key = ROLES_OTHER_VOPRF;
            } else if (key == 2) {
                key = ROLES_OTHER_RSA;
            }
            ask(&items[i], key);
            requests[i] = roles_bytes(items[i].request, items[i].len);
            responses[i].data = room[i];
            responses[i].capacity = roles_response_bytes[key];
            responses[i].len = 7;
            results[i] = 77;
            switch ((enum fate)(i % FATES)) {
            case NO_ROOM:
                responses[i].capacity--;
                break;
            case CUT:
                requests[i].len--;
                break;
            case ABSENT:
                requests[i] = roles_bytes(NULL, 0);
                break;
            case NO_ELEMENT:
                memset(items[i].request + 3, 0xFF, items[i].len - 3);
                break;
            case GREASED:
                items[i].request[0] = 0x0A;
                break;
            default:
                break;
            }
        }
        CHECK_OK(pp_issuer_issue_many(keys, 3, responses, results, requests, count, NULL, &detail));
        ROLES_DETAIL(detail, PP_OK, 0, PP_NONE, PP_NONE);
        for (i = 0; i < count; i++) {
            unsigned key = (unsigned)(i * 7 / 3 % 3);
            key = key == 2 ? ROLES_OTHER_RSA : key;
            CHECK_STATUS(expected[i % FATES], results[i]);
            if (results[i] == PP_OK) {
                CHECK_SIZE(roles_response_bytes[key], responses[i].len);
                CHECK_OK(accept(&items[i], key, room[i], responses[i].len));
            } else {
                CHECK_SIZE(results[i] == PP_ERR_BUFFER_TOO_SMALL ? roles_response_bytes[key] : 0, responses[i].len);
                CHECK(room[i][0] == 0xEE && memcmp(room[i], room[i] + 1, sizeof room[i] - 1) == 0);
            }
        }
    }
    CHECK_OK(pp_issuer_issue_many(keys, 3, NULL, NULL, NULL, 0, NULL, NULL));
    CHECK_OK(pp_issuer_issue_many(NULL, 0, responses, results, requests, 1, NULL, NULL));
    CHECK_STATUS(PP_ERR_UNSUPPORTED, results[0]);

    /* Randomness that fails: whoever needed it is told so, and nobody gets half an answer. */
    for (i = 0; i < 17; i++) {
        ask(&items[i], i % 2 == 0 ? ROLES_VOPRF : ROLES_RSA);
        requests[i] = roles_bytes(items[i].request, items[i].len);
        responses[i].capacity = sizeof room[i];
    }
    rng = roles_source_open(&source, 0, PP_OK);
    CHECK_OK(pp_issuer_issue_many(keys, 3, responses, results, requests, 17, &rng, NULL));
    calls = source.calls;
    for (n = 1; n <= calls; n++) {
        size_t failed = 0;
        rng = roles_source_open(&source, n, roles_failures[n % 3]);
        memset(room, 0xEE, sizeof room);
        CHECK_OK(pp_issuer_issue_many(keys, 3, responses, results, requests, 17, &rng, NULL));
        for (i = 0; i < 17; i++) {
            if (results[i] == PP_OK) {
                CHECK_SIZE(roles_response_bytes[i % 2], responses[i].len);
            } else {
                CHECK_STATUS(PP_ERR_RNG, results[i]);
                CHECK_SIZE(0, responses[i].len);
                CHECK(room[i][0] == 0xEE && memcmp(room[i], room[i] + 1, sizeof room[i] - 1) == 0);
                failed++;
            }
        }
        CHECK(failed > 0);
    }

    /* What breaks a rule is named, and nothing is answered. */
    for (i = 0; i < 17; i++) {
        results[i] = 77;
    }
    requests[16].data = NULL;
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_issue_many(keys, 3, responses, results, requests, 17, NULL, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 5, PP_NONE, 16);
    requests[16].data = items[16].request;
    responses[16].data = NULL;
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_issue_many(keys, 3, responses, results, requests, 17, NULL, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 3, PP_NONE, 16);
    responses[16].data = room[16];
    keys[1] = NULL;
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_issue_many(keys, 3, responses, results, requests, 17, NULL, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, 1);
    for (i = 0; i < 17; i++) {
        CHECK_SIZE(77, results[i]);
    }
}

/*
 * A signer. The honest one is another issuer: a response is what a signer computes, since for type 0x0001 it is the evaluated
 * element and the proof, and for type 0x0002 the bare signature.
 */
enum lie { HONEST, FAILS, ODD_NUMBER, ZEROS, ECHO, FLIPPED, OTHER, STALE, LIES };

typedef struct signer {
    unsigned key;
    enum lie lie;
    unsigned long calls;
    uint8_t stale[PP_SIGNER_OUTPUT_MAX_BYTES]; /* a right answer to another request */
} signer;

/* A number that is below one key's modulus need not be below another's. */
static void answer(unsigned key, uint8_t *output, const uint8_t *input, size_t input_len, int below_any_modulus) {
    const pp_issuer_key *keys[1];
    uint8_t request[PP_TOKEN_REQUEST_MAX_BYTES], id[32];
    size_t len;
    keys[0] = all.issuer[key];
    CHECK_OK(pp_issuer_key_id(keys[0], id, NULL));
    request[0] = 0;
    request[1] = (uint8_t)roles_type[key];
    request[2] = id[31];
    memcpy(request + 3, input, input_len);
    if (roles_type[key] == PP_TOKEN_TYPE_BLIND_RSA_2048 && below_any_modulus) {
        request[3] &= 0x7F;
    }
    CHECK_OK(pp_issuer_issue(keys, 1, output, PP_SIGNER_OUTPUT_MAX_BYTES, &len, request, 3 + input_len, NULL, NULL));
    CHECK_SIZE(roles_response_bytes[key], len);
}

static pp_status sign(void *ctx, uint8_t *output, const pp_signer_request *request) {
    signer *s = (signer *)ctx;
    uint8_t id[32], made[PP_SIGNER_OUTPUT_MAX_BYTES];
    s->calls++;
    CHECK_OK(pp_issuer_key_id(all.issuer[s->key], id, NULL));
    CHECK_BYTES(id, sizeof id, request->token_key_id, sizeof request->token_key_id);
    CHECK_SIZE(roles_type[s->key], request->token_type);
    CHECK_SIZE(roles_request_bytes[s->key] - 3, request->input.len);
    CHECK(request->input.len <= PP_SIGNER_INPUT_MAX_BYTES);
    CHECK_SIZE(roles_response_bytes[s->key], request->output_len);
    CHECK(request->output_len <= PP_SIGNER_OUTPUT_MAX_BYTES);
    answer(s->lie == OTHER ? (s->key + 2) % ROLES_COUNT : s->key, made, request->input.data, request->input.len,
           s->lie == OTHER);
    switch (s->lie) {
    case FAILS:
        memcpy(output, made, request->output_len); /* a failure counts, whatever was written */
        return PP_ERR_STORE;
    case ODD_NUMBER:
        memcpy(output, made, request->output_len);
        return 1;
    case ZEROS:
        memset(output, 0, request->output_len);
        break;
    case ECHO:
        memset(output, 0, request->output_len);
        memcpy(output, request->input.data, request->input.len);
        break;
    case FLIPPED:
        made[request->output_len - 1] ^= 1;
        memcpy(output, made, request->output_len);
        break;
    case STALE:
        memcpy(output, s->stale, request->output_len);
        break;
    default: /* HONEST, and OTHER, which has the wrong key */
        memcpy(output, made, request->output_len);
    }
    return PP_OK;
}

static void sign_elsewhere(unsigned key) {
    const pp_token_key *keys[ROLES_COUNT], *wrong[1];
    uint8_t response[PP_TOKEN_RESPONSE_MAX_BYTES], bad[PP_TOKEN_REQUEST_MAX_BYTES];
    signer s;
    pp_signer table;
    pp_detail detail;
    asked a, before;
    size_t len, i, cut;

    for (i = 0; i < ROLES_COUNT; i++) {
        keys[i] = all.token[i];
    }
    memset(&table, 0, sizeof table);
    table.struct_size = sizeof table;
    table.ctx = &s;
    table.sign = sign;
    memset(&s, 0, sizeof s);
    s.key = key;
    ask(&before, key);
    answer(key, s.stale, before.request + 3, before.len - 3, 0);

    ask(&a, key);
    for (s.lie = FAILS; s.lie < LIES; s.lie = (enum lie)(s.lie + 1)) {
        memset(response, 0xEE, sizeof response);
        s.calls = 0;
        len = 7;
        CHECK_STATUS(PP_ERR_SIGNER, pp_issuer_issue_with_signer(keys, ROLES_COUNT, response, sizeof response, &len,
                                                                a.request, a.len, &table, &detail));
        ROLES_DETAIL(detail, PP_ERR_SIGNER, 0, PP_NONE, PP_NONE);
        CHECK_SIZE(0, len);
        CHECK_SIZE(1, s.calls);
        CHECK(response[0] == 0xEE && memcmp(response, response + 1, sizeof response - 1) == 0);
    }

    /* The signer is asked for nothing that cannot be sent, and for nothing that is no request. */
    s.lie = HONEST;
    s.calls = 0;
    for (cut = 0; cut < roles_response_bytes[key]; cut += 16) {
        CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL, pp_issuer_issue_with_signer(keys, ROLES_COUNT, response, cut, &len, a.request,
                                                                          a.len, &table, NULL));
        CHECK_SIZE(roles_response_bytes[key], len);
    }
    for (cut = 0; cut < a.len; cut++) {
        CHECK_STATUS(PP_ERR_MALFORMED, pp_issuer_issue_with_signer(keys, ROLES_COUNT, response, sizeof response, &len,
                                                                   a.request, cut, &table, NULL));
    }
    memcpy(bad, a.request, a.len);
    memset(bad + 3, 0xFF, a.len - 3);
    CHECK_STATUS(PP_ERR_MALFORMED, pp_issuer_issue_with_signer(keys, ROLES_COUNT, response, sizeof response, &len, bad,
                                                               a.len, &table, NULL));
    wrong[0] = all.token[(key + 2) % ROLES_COUNT];
    CHECK_STATUS(PP_ERR_UNKNOWN_KEY, pp_issuer_issue_with_signer(wrong, 1, response, sizeof response, &len, a.request,
                                                                 a.len, &table, NULL));
    CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_issuer_issue_with_signer(NULL, 0, response, sizeof response, &len, a.request, a.len,
                                                                 &table, NULL));
    table.sign = NULL;
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_issue_with_signer(keys, ROLES_COUNT, response, sizeof response, &len, a.request,
                                                            a.len, &table, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 8, PP_NONE, PP_NONE);
    table.sign = sign;
    table.struct_size = 0;
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_issue_with_signer(keys, ROLES_COUNT, response, sizeof response, &len, a.request,
                                                            a.len, &table, NULL));
    table.struct_size = sizeof table;
    CHECK_SIZE(0, s.calls);

    CHECK_OK(pp_issuer_issue_with_signer(keys, ROLES_COUNT, response, roles_response_bytes[key], &len, a.request, a.len,
                                         &table, &detail));
    ROLES_DETAIL(detail, PP_OK, 0, PP_NONE, PP_NONE);
    CHECK_SIZE(1, s.calls);
    CHECK_OK(accept(&a, key, response, len));
}

static void two_phases(unsigned key) {
    const pp_token_key *keys[ROLES_COUNT], *wrong[1];
    uint8_t response[PP_TOKEN_RESPONSE_MAX_BYTES], output[PP_SIGNER_OUTPUT_MAX_BYTES + 1];
    size_t output_len = roles_response_bytes[key];
    pp_pending_issuance pending, unset;
    pp_signer_request request;
    pp_token_key *empty;
    pp_detail detail;
    asked a;
    size_t len, i, cut;

    for (i = 0; i < ROLES_COUNT; i++) {
        keys[i] = all.token[i];
    }
    wrong[0] = all.token[(key + 2) % ROLES_COUNT];
    ask(&a, key);

    /* What the issuer refuses by itself leaves the struct as it was. */
    memset(&pending, 0, sizeof pending);
    for (cut = 0; cut < a.len; cut++) {
        CHECK_STATUS(PP_ERR_MALFORMED, pp_issuer_begin(keys, ROLES_COUNT, &pending, a.request, cut, NULL));
    }
    CHECK_STATUS(PP_ERR_UNKNOWN_KEY, pp_issuer_begin(wrong, 1, &pending, a.request, a.len, NULL));
    CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_issuer_begin(NULL, 0, &pending, a.request, a.len, NULL));
    CHECK_OK(pp_token_key_new(&empty, NULL));
    keys[1] = empty;
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_begin(keys, ROLES_COUNT, &pending, a.request, a.len, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, 1);
    keys[1] = all.token[1];
    CHECK_ZERO(&pending, sizeof pending);

    /* Nothing is asked of an empty struct, nor of one that was never begun. */
    memset(&request, 0xEE, sizeof request);
    CHECK_STATUS(PP_ERR_MISUSE, pp_pending_issuance_request(&pending, &request, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, PP_NONE);
    CHECK_SIZE(0xEEEE, request.token_type);
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_finish(keys, ROLES_COUNT, response, sizeof response, &len, &pending, output,
                                                 output_len, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 6, PP_NONE, PP_NONE);
    memset(&pending, 0xA5, sizeof pending);
    CHECK_STATUS(PP_ERR_MISUSE, pp_pending_issuance_request(&pending, &request, NULL));
    CHECK_STATUS(PP_ERR_MISUSE,
                 pp_issuer_finish(keys, ROLES_COUNT, response, sizeof response, &len, &pending, output, output_len, NULL));

    CHECK_OK(pp_issuer_begin(keys, ROLES_COUNT, &pending, a.request, a.len, &detail));
    ROLES_DETAIL(detail, PP_OK, 0, PP_NONE, PP_NONE);
    CHECK_OK(pp_pending_issuance_request(&pending, &request, NULL));
    CHECK_BYTES(a.request + 3, a.len - 3, request.input.data, request.input.len);
    CHECK(request.input.data >= (const uint8_t *)&pending && request.input.data < (const uint8_t *)(&pending + 1));
    CHECK_SIZE(output_len, request.output_len);
    CHECK_SIZE(roles_type[key], request.token_type);

    /* Wrong outputs, at each part, and of each size: the state takes them all, and then the right one. */
    memset(output, 0, sizeof output);
    memset(response, 0xEE, sizeof response);
    answer(key, output, request.input.data, request.input.len, 0);
    for (i = 0; i < output_len; i += 16) {
        output[i] ^= 1;
        len = 7;
        CHECK_STATUS(PP_ERR_SIGNER, pp_issuer_finish(keys, ROLES_COUNT, response, sizeof response, &len, &pending, output,
                                                     output_len, NULL));
        CHECK_SIZE(0, len);
        output[i] ^= 1;
    }
    for (cut = 0; cut < output_len; cut += 5) {
        CHECK_STATUS(PP_ERR_SIGNER, pp_issuer_finish(keys, ROLES_COUNT, response, sizeof response, &len, &pending, output,
                                                     cut, NULL));
    }
    CHECK_STATUS(PP_ERR_SIGNER, pp_issuer_finish(keys, ROLES_COUNT, response, sizeof response, &len, &pending, output,
                                                 output_len + 1, NULL));
    CHECK_STATUS(PP_ERR_SIGNER,
                 pp_issuer_finish(keys, ROLES_COUNT, response, sizeof response, &len, &pending, NULL, 0, NULL));
    CHECK_STATUS(PP_ERR_UNKNOWN_KEY,
                 pp_issuer_finish(wrong, 1, response, sizeof response, &len, &pending, output, output_len, NULL));
    CHECK_STATUS(PP_ERR_UNKNOWN_KEY,
                 pp_issuer_finish(NULL, 0, response, sizeof response, &len, &pending, output, output_len, NULL));
    keys[3] = empty;
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_finish(keys, ROLES_COUNT, response, sizeof response, &len, &pending, output,
                                                 output_len, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, 3);
    keys[3] = all.token[3];
    CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL,
                 pp_issuer_finish(keys, ROLES_COUNT, NULL, 0, &len, &pending, output, output_len, &detail));
    CHECK_SIZE(output_len, len);
    ROLES_DETAIL(detail, PP_ERR_BUFFER_TOO_SMALL, 0, len, PP_NONE);
    CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL, pp_issuer_finish(keys, ROLES_COUNT, response, output_len - 1, &len, &pending,
                                                           output, output_len, NULL));
    CHECK(response[0] == 0xEE && memcmp(response, response + 1, sizeof response - 1) == 0);
    for (i = 0; i < 2; i++) { /* it may be finished twice, with the same result */
        CHECK_OK(pp_issuer_finish(keys, ROLES_COUNT, response, output_len, &len, &pending, output, output_len, &detail));
        ROLES_DETAIL(detail, PP_OK, 0, PP_NONE, PP_NONE);
        CHECK_BYTES(output, output_len, response, len);
    }
    CHECK_OK(accept(&a, key, response, len));
    pp_pending_issuance_wipe(&pending);
    CHECK_ZERO(&pending, sizeof pending);
    pp_pending_issuance_wipe(&unset);
    CHECK_ZERO(&unset, sizeof unset);
    pp_pending_issuance_wipe(NULL);
    pp_token_key_free(empty);
}

/* The attester passes what the issuer would answer, and nothing else. */
static void attest(unsigned key) {
    const pp_token_key *keys[ROLES_COUNT], *wrong[1];
    uint8_t bytes[PP_TOKEN_REQUEST_MAX_BYTES + 1];
    pp_token_key *empty;
    pp_detail detail;
    asked a;
    size_t index, i, cut;

    for (i = 0; i < ROLES_COUNT; i++) {
        keys[i] = all.token[i];
    }
    wrong[0] = all.token[(key + 2) % ROLES_COUNT];
    ask(&a, key);
    index = 77;
    for (cut = 0; cut < a.len; cut++) {
        CHECK_STATUS(PP_ERR_MALFORMED, pp_attester_check_request(keys, ROLES_COUNT, &index, a.request, cut, NULL));
    }
    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, a.request, a.len);
    CHECK_STATUS(PP_ERR_MALFORMED, pp_attester_check_request(keys, ROLES_COUNT, &index, bytes, a.len + 1, NULL));
    bytes[0] = 0xDA;
    CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_attester_check_request(keys, ROLES_COUNT, &index, bytes, a.len, NULL));
    CHECK_STATUS(PP_ERR_UNKNOWN_KEY, pp_attester_check_request(wrong, 1, &index, a.request, a.len, NULL));
    CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_attester_check_request(NULL, 0, &index, a.request, a.len, NULL));
    CHECK_OK(pp_token_key_new(&empty, NULL));
    keys[2] = empty;
    CHECK_STATUS(PP_ERR_MISUSE, pp_attester_check_request(keys, ROLES_COUNT, &index, a.request, a.len, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, 2);
    keys[2] = all.token[2];
    pp_token_key_free(empty);
    CHECK_SIZE(77, index);
    CHECK_OK(pp_attester_check_request(keys, ROLES_COUNT, &index, a.request, a.len, NULL));
    CHECK_SIZE(key, index);
    pp_pending_token_wipe(&a.pending);

    for (i = 0; i <= sizeof bytes; i++) {
        pp_status expected = i == roles_response_bytes[key] ? PP_OK : PP_ERR_MALFORMED;
        CHECK_STATUS(expected, pp_attester_check_response(roles_type[key], i == 0 ? NULL : bytes, i, &detail));
        ROLES_DETAIL(detail, expected, 0, expected == PP_OK ? PP_NONE : roles_response_bytes[key], PP_NONE);
    }
    CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_attester_check_response(0x0A0A, bytes, 256, NULL));
}

int main(void) {
    unsigned key;
    roles_open(&all);
    for (key = 0; key < ROLES_COUNT; key++) {
        challenge_len[key] = roles_challenge(challenge[key], sizeof challenge[key], roles_type[key], "origin.example");
    }
    test_step("issue");
    issue(ROLES_VOPRF);
    issue(ROLES_RSA);
    test_step("issue many, of mixed keys and types, good and bad");
    issue_many();
    test_step("a signer elsewhere, honest and lying");
    sign_elsewhere(ROLES_VOPRF);
    sign_elsewhere(ROLES_RSA);
    test_step("in two phases");
    two_phases(ROLES_VOPRF);
    two_phases(ROLES_RSA);
    test_step("the attester before it");
    attest(ROLES_VOPRF);
    attest(ROLES_RSA);
    roles_close(&all);
    return test_end();
}
