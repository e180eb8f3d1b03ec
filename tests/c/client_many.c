/* The client, many tokens at a time: batches of every size around the chunks the library works in, with good items and bad. */
#include "roles.h"

/* The library works in chunks of 16: nothing, one, around a chunk, and beyond two. */
static const size_t good_counts[] = {0, 1, 16, 17};
static const size_t mixed_counts[] = {0, 1, 15, 17, 40};
#define BROKEN_COUNT 17
static const size_t broken_places[] = {0, 15, 16};

/* Each array has a block of its own, exactly as long as it is, so that valgrind and ASan see whatever leaves it. */
typedef struct batch {
    size_t count;
    pp_pending_token *pending;
    pp_buffer *requests;
    pp_buffer *responses;
    pp_buffer *tokens;
    pp_bytes *inputs;
    pp_status *results;
} batch;

static roles all;
static uint8_t challenge[ROLES_COUNT][64];
static size_t challenge_len[ROLES_COUNT];

static void *block(size_t count, size_t size) {
    void *memory = malloc(count * size + (count == 0));
    CHECK(memory != NULL);
    return memory;
}

static pp_buffer *buffers(size_t count, size_t capacity) {
    pp_buffer *array = (pp_buffer *)block(count, sizeof *array);
    size_t i;
    for (i = 0; i < count; i++) {
        array[i].data = (uint8_t *)block(1, capacity);
        memset(array[i].data, 0xEE, capacity);
        array[i].capacity = capacity;
        array[i].len = 7;
    }
    return array;
}

static void free_buffers(pp_buffer *array, size_t count) {
    size_t i;
    for (i = 0; i < count; i++) {
        free(array[i].data);
    }
    free(array);
}

static void batch_open(batch *b, size_t count, unsigned key) {
    size_t i;
    b->count = count;
    b->pending = (pp_pending_token *)block(count, sizeof *b->pending); /* not set: they are outputs */
    b->requests = buffers(count, roles_request_bytes[key]);
    b->responses = buffers(count, roles_response_bytes[key]);
    b->tokens = buffers(count, roles_token_bytes[key]);
    b->inputs = (pp_bytes *)block(count, sizeof *b->inputs);
    b->results = (pp_status *)block(count, sizeof *b->results);
    for (i = 0; i < count; i++) {
        b->results[i] = 77;
    }
}

static void batch_close(batch *b) {
    free(b->pending);
    free_buffers(b->requests, b->count);
    free_buffers(b->responses, b->count);
    free_buffers(b->tokens, b->count);
    free(b->inputs);
    free(b->results);
}

static pp_status begin_many(batch *b, unsigned key, const pp_rng *rng, pp_detail *detail) {
    return pp_client_begin_many(all.token[key], b->pending, b->requests, b->count, challenge[key], challenge_len[key], rng,
                                detail);
}

static pp_status finish_many(batch *b, unsigned key, pp_detail *detail) {
    return pp_client_finish_many(all.token[key], b->pending, b->tokens, b->results, b->inputs, b->count, detail);
}

/* Begin all, and have them answered. */
static void begin_and_answer(batch *b, unsigned key) {
    const pp_issuer_key *keys[1];
    pp_detail detail;
    size_t i;
    CHECK_OK(begin_many(b, key, NULL, &detail));
    ROLES_DETAIL(detail, PP_OK, 0, PP_NONE, PP_NONE);
    keys[0] = all.issuer[key];
    for (i = 0; i < b->count; i++) {
        CHECK_SIZE(roles_request_bytes[key], b->requests[i].len);
        b->inputs[i] = roles_bytes(b->requests[i].data, b->requests[i].len);
    }
    CHECK_OK(pp_issuer_issue_many(keys, 1, b->responses, b->results, b->inputs, b->count, NULL, NULL));
    for (i = 0; i < b->count; i++) {
        CHECK_OK(b->results[i]);
        CHECK_SIZE(roles_response_bytes[key], b->responses[i].len);
        b->inputs[i] = roles_bytes(b->responses[i].data, b->responses[i].len);
        b->results[i] = 77;
    }
}

/* Check that an item is a token the origin takes. */
static void check_token(const batch *b, size_t i, unsigned key) {
    const pp_verifier_key *keys[1];
    pp_expected expected;
    keys[0] = all.verifier[key];
    memset(&expected, 0, sizeof expected);
    expected.struct_size = sizeof expected;
    expected.challenge = roles_bytes(challenge[key], challenge_len[key]);
    CHECK_SIZE(roles_token_bytes[key], b->tokens[i].len);
    CHECK_OK(pp_origin_verify(keys, 1, NULL, b->tokens[i].data, b->tokens[i].len, &expected, NULL));
    CHECK_ZERO(&b->pending[i], sizeof b->pending[i]);
}

static void check_untouched(const pp_buffer *buffer) {
    CHECK(buffer->data[0] == 0xEE && memcmp(buffer->data, buffer->data + 1, buffer->capacity - 1) == 0);
}

static void all_good(unsigned key) {
    size_t n, i, j;
    for (n = 0; n < sizeof good_counts / sizeof good_counts[0]; n++) {
        batch b;
        pp_detail detail;
        batch_open(&b, good_counts[n], key);
        begin_and_answer(&b, key);
        for (i = 1; i < b.count; i++) { /* no two are the same, across the chunks too */
            for (j = 0; j < i; j++) {
                CHECK(memcmp(b.requests[i].data, b.requests[j].data, b.requests[i].len) != 0);
            }
        }
        CHECK_OK(finish_many(&b, key, &detail));
        ROLES_DETAIL(detail, PP_OK, 0, PP_NONE, PP_NONE);
        for (i = 0; i < b.count; i++) {
            CHECK_OK(b.results[i]);
            check_token(&b, i, key);
        }
        CHECK_OK(finish_many(&b, key, NULL)); /* once more: nothing is left of any */
        for (i = 0; i < b.count; i++) {
            CHECK_STATUS(PP_ERR_ALREADY_USED, b.results[i]);
            CHECK_SIZE(0, b.tokens[i].len);
        }
        batch_close(&b);
    }
    CHECK_OK(pp_client_begin_many(all.token[key], NULL, NULL, 0, challenge[key], challenge_len[key], NULL, NULL));
    CHECK_OK(pp_client_finish_many(all.token[key], NULL, NULL, NULL, NULL, 0, NULL));
}

/* What becomes of an item, by its place. */
enum fate { GOOD, USED, NO_ROOM, FORGED, CUT, OTHER_KEY, NO_RESPONSE, SWAPPED, FATES };

static void good_and_bad(unsigned key) {
    unsigned other = key + 2;
    size_t n, i, token_len, len;
    for (n = 0; n < sizeof mixed_counts / sizeof mixed_counts[0]; n++) {
        batch b;
        batch_open(&b, mixed_counts[n], key);
        begin_and_answer(&b, key);
        for (i = 0; i < b.count; i++) {
            switch ((enum fate)(i % FATES)) {
            case USED:
                pp_pending_token_wipe(&b.pending[i]);
                break;
            case NO_ROOM:
                b.tokens[i].capacity--;
                break;
            case FORGED:
                b.responses[i].data[roles_response_bytes[key] - 1] ^= 1;
                break;
            case CUT:
                b.inputs[i].len--;
                break;
            case OTHER_KEY:
                CHECK_OK(pp_client_begin(all.token[other], &b.pending[i], b.requests[i].data, b.requests[i].capacity, &len,
                                         challenge[other], challenge_len[other], NULL, NULL));
                break;
            case NO_RESPONSE:
                b.inputs[i] = roles_bytes(NULL, 0);
                break;
            case SWAPPED:
                b.inputs[i] = b.inputs[0];
                break;
            default:
                break;
            }
        }
        CHECK_OK(finish_many(&b, key, NULL));
        for (i = 0; i < b.count; i++) {
            static const pp_status expected[FATES] = {PP_OK,
                                                      PP_ERR_ALREADY_USED,
                                                      PP_ERR_BUFFER_TOO_SMALL,
                                                      PP_ERR_INVALID_PROOF,
                                                      PP_ERR_MALFORMED,
                                                      PP_ERR_MISUSE,
                                                      PP_ERR_MALFORMED,
                                                      PP_ERR_INVALID_PROOF};
            CHECK_STATUS(expected[i % FATES], b.results[i]);
            switch ((enum fate)(i % FATES)) {
            case GOOD:
                check_token(&b, i, key);
                break;
            case NO_ROOM: /* the state is as it was */
                CHECK_SIZE(roles_token_bytes[key], b.tokens[i].len);
                check_untouched(&b.tokens[i]);
                CHECK_OK(pp_client_finish(all.token[key], &b.pending[i], b.tokens[i].data, b.tokens[i].capacity + 1,
                                          &b.tokens[i].len, b.inputs[i].data, b.inputs[i].len, NULL));
                check_token(&b, i, key);
                break;
            case OTHER_KEY: { /* so is that of another key */
                uint8_t id[2][32];
                CHECK_SIZE(0, b.tokens[i].len);
                check_untouched(&b.tokens[i]);
                CHECK_OK(pp_pending_token_key_id(&b.pending[i], id[0], NULL));
                CHECK_OK(pp_token_key_id(all.token[other], id[1], NULL));
                CHECK_BYTES(id[0], 32, id[1], 32);
                pp_pending_token_wipe(&b.pending[i]);
                break;
            }
            default:
                CHECK_SIZE(0, b.tokens[i].len);
                check_untouched(&b.tokens[i]);
                CHECK_ZERO(&b.pending[i], sizeof b.pending[i]);
            }
        }
        /* Alone, what was left out of nothing's way is still there. */
        token_len = 0;
        for (i = 0; i < b.count; i++) {
            token_len += b.tokens[i].len;
        }
        CHECK(b.count == 0 || token_len > 0);
        batch_close(&b);
    }
}

/* A batch that breaks a rule at one item is refused whole: nothing is consumed, and it can be mended and finished. */
static void broken_batches(unsigned key) {
    pp_detail detail;
    batch b;
    size_t n, i;
    batch_open(&b, BROKEN_COUNT, key);
    begin_and_answer(&b, key);
    for (n = 0; n < 3; n++) {
        size_t at = broken_places[n];
        pp_bytes input = b.inputs[at];
        uint8_t *data = b.tokens[at].data;
        uint64_t word = b.pending[at].opaque[0];

        b.pending[at].opaque[0] ^= 1;
        CHECK_STATUS(PP_ERR_MISUSE, finish_many(&b, key, &detail));
        ROLES_DETAIL(detail, PP_ERR_MISUSE, 2, PP_NONE, at);
        b.pending[at].opaque[0] = word;
        b.inputs[at].data = NULL;
        CHECK_STATUS(PP_ERR_MISUSE, finish_many(&b, key, &detail));
        ROLES_DETAIL(detail, PP_ERR_MISUSE, 5, PP_NONE, at);
        b.inputs[at] = input;
        b.inputs[at].len = (size_t)-1;
        CHECK_STATUS(PP_ERR_MISUSE, finish_many(&b, key, &detail));
        ROLES_DETAIL(detail, PP_ERR_MISUSE, 5, PP_NONE, at);
        b.inputs[at] = input;
        b.tokens[at].data = NULL;
        CHECK_STATUS(PP_ERR_MISUSE, finish_many(&b, key, &detail));
        ROLES_DETAIL(detail, PP_ERR_MISUSE, 3, PP_NONE, at);
        b.tokens[at].data = data;
    }
    CHECK_STATUS(PP_ERR_MISUSE, pp_client_finish_many(all.token[key], b.pending, b.tokens, NULL, b.inputs, b.count, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 4, PP_NONE, PP_NONE);
    CHECK_STATUS(PP_ERR_MISUSE, pp_client_finish_many(all.token[key], b.pending, b.tokens, b.results, b.inputs,
                                                      (size_t)-1 / sizeof(pp_pending_token) + 2, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 2, PP_NONE, PP_NONE);
    for (i = 0; i < b.count; i++) {
        check_untouched(&b.tokens[i]);
    }
    CHECK_OK(finish_many(&b, key, NULL));
    for (i = 0; i < b.count; i++) {
        CHECK_OK(b.results[i]);
        check_token(&b, i, key);
    }
    batch_close(&b);
}

/* Check that a failed begin has left no state, and no length but perhaps a needed one. */
static void check_none_begun(const batch *b) {
    size_t i;
    for (i = 0; i < b->count; i++) {
        CHECK_ZERO(&b->pending[i], sizeof b->pending[i]);
        CHECK_SIZE(0, b->requests[i].len);
    }
}

static void begin_fails(unsigned key) {
    size_t i;
    unsigned other = (key + 1) % ROLES_COUNT;
    roles_source source;
    pp_rng rng;
    pp_detail detail;
    unsigned long calls, at;
    uint32_t index;
    batch b;
    size_t n;

    /* Not one of the arguments of the call is right for another type. */
    batch_open(&b, 17, key);
    CHECK_STATUS(PP_ERR_MISUSE, pp_client_begin_many(all.token[key], b.pending, b.requests, b.count, challenge[other],
                                                     challenge_len[other], NULL, &detail));
    CHECK_SIZE(0, detail.argument);
    check_none_begun(&b);
    batch_close(&b);

    for (n = 0; n < 3; n++) {
        size_t place = broken_places[n];
        batch_open(&b, BROKEN_COUNT, key);
        b.requests[place].capacity--;
        CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL, begin_many(&b, key, NULL, &detail));
        ROLES_DETAIL(detail, PP_ERR_BUFFER_TOO_SMALL, 0, roles_request_bytes[key], place);
        for (i = 0; i < b.count; i++) {
            check_untouched(&b.requests[i]);
        }
        CHECK_SIZE(roles_request_bytes[key], b.requests[place].len);
        b.requests[place].capacity++;
        CHECK_OK(begin_many(&b, key, NULL, NULL));
        batch_close(&b);
    }

    /* Randomness that fails at each of its calls: in the first chunk, at its end, and behind it. */
    batch_open(&b, 17, key);
    rng = roles_source_open(&source, 0, PP_OK);
    CHECK_OK(begin_many(&b, key, &rng, NULL));
    calls = source.calls;
    CHECK(calls >= 2 * 17);
    batch_close(&b);
    index = 0;
    for (at = 1; at <= calls; at++) {
        batch_open(&b, 17, key);
        rng = roles_source_open(&source, at, roles_failures[at % 3]);
        CHECK_STATUS(PP_ERR_RNG, begin_many(&b, key, &rng, &detail));
        CHECK_SIZE(at, source.calls);
        /* An item may take more calls than another, but they come in order. */
        CHECK(detail.index == index || detail.index == index + 1);
        index = detail.index;
        check_none_begun(&b);
        for (i = 0; i < b.count; i++) { /* nor is a request left of those that were begun before */
            CHECK_ZERO(b.requests[i].data, b.requests[i].capacity);
        }
        batch_close(&b);
    }
    CHECK_SIZE(16, index);
}

int main(void) {
    static void (*const tests[])(unsigned) = {all_good, good_and_bad, broken_batches, begin_fails};
    static const char *const names[] = {"batches of every size", "good items and bad", "batches that break a rule",
                                        "batches that cannot be begun"};
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
