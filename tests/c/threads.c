/*
 * Handles that eight threads use at a time: issuing, finishing, verifying and redeeming, with one winner for each token.
 *
 * Threads share keys, tokens, a challenge maker and a store; each has its own states and buffers. ThreadSanitizer and helgrind
 * have nothing to say to it: whatever is shared is only read, but for the store, which has its lock.
 */
#include "roles.h"

#include <pthread.h>

#define THREADS 8
#define ROUNDS 3
#define TOKENS 8

static roles all;
static uint8_t challenge[2][128];
static size_t challenge_len[2];
static uint8_t shared[2][TOKENS][PP_TOKEN_MAX_BYTES];
static pp_stateless_challenges maker;
static pp_token_challenge fields[2];

/* A store as a program would write it: look and insert are one step, under one lock. */
static struct {
    pthread_mutex_t lock;
    uint8_t keys[2 * TOKENS][PP_SPEND_KEY_BYTES];
    size_t count;
} spent = {PTHREAD_MUTEX_INITIALIZER, {{0}}, 0};

static pp_status spend(void *ctx, const uint8_t *key, uint64_t expires_at, uint64_t now) {
    pp_status status = PP_OK;
    size_t i;
    if (ctx != &spent || expires_at <= now || pthread_mutex_lock(&spent.lock) != 0) {
        return PP_ERR_STORE;
    }
    for (i = 0; i < spent.count; i++) {
        if (memcmp(spent.keys[i], key, sizeof spent.keys[i]) == 0) {
            status = PP_ERR_REPLAYED;
        }
    }
    if (status == PP_OK && spent.count == 2 * TOKENS) {
        status = PP_ERR_EXHAUSTED;
    } else if (status == PP_OK) {
        memcpy(spent.keys[spent.count++], key, sizeof spent.keys[0]);
    }
    return pthread_mutex_unlock(&spent.lock) == 0 ? status : PP_ERR_STORE;
}

/* What a thread has done; the checks are made by the thread that started it, since their counter is not shared. */
typedef struct worker {
    pthread_t thread;
    unsigned number;
    unsigned long wins[2][TOKENS];
    pp_status failure; /* the first status that is not as it should be */
    int line;          /* and where */
} worker;

#define EXPECT(wanted, call)                                 \
    do {                                                     \
        pp_status status_ = (call);                          \
        if (status_ != (wanted)) {                           \
            w->failure = status_ == PP_OK ? 1 : status_;     \
            w->line = __LINE__;                              \
            return NULL;                                     \
        }                                                    \
    } while (0)

static void *work(void *argument) {
    worker *w = (worker *)argument;
    const pp_issuer_key *issuer_keys[ROLES_COUNT];
    const pp_verifier_key *verifier_keys[ROLES_COUNT];
    pp_spend_store store;
    unsigned round, key, i;

    for (i = 0; i < ROLES_COUNT; i++) {
        issuer_keys[i] = all.issuer[i];
        verifier_keys[i] = all.verifier[i];
    }
    memset(&store, 0, sizeof store);
    store.struct_size = sizeof store;
    store.ctx = &spent;
    store.spend = spend;
    for (round = 0; round < ROUNDS; round++) {
        for (key = 0; key < 2; key++) {
            uint8_t request[PP_TOKEN_REQUEST_MAX_BYTES], response[PP_TOKEN_RESPONSE_MAX_BYTES], token[PP_TOKEN_MAX_BYTES];
            uint8_t digests[PP_ACCEPTED_DIGESTS * PP_CHALLENGE_DIGEST_BYTES], id[PP_TOKEN_KEY_ID_BYTES];
            pp_pending_token pending;
            pp_expected expected;
            pp_detail detail;
            size_t len, request_len, response_len;

            /* A token of its own, from shared keys. */
            EXPECT(PP_OK, pp_client_begin(all.token[key], &pending, request, sizeof request, &request_len, challenge[key],
                                          challenge_len[key], NULL, &detail));
            EXPECT(PP_OK, pp_issuer_issue(issuer_keys, ROLES_COUNT, response, sizeof response, &response_len, request,
                                          request_len, NULL, &detail));
            EXPECT(PP_OK, pp_client_finish(all.token[key], &pending, token, sizeof token, &len, response, response_len,
                                           &detail));
            EXPECT(PP_OK, pp_stateless_challenges_accepted(&maker, digests, &fields[key], 1000, &detail));
            EXPECT(PP_OK, pp_issuer_key_id(all.issuer[key], id, &detail));
            memset(&expected, 0, sizeof expected);
            expected.struct_size = sizeof expected;
            expected.digests = digests;
            expected.digest_count = PP_ACCEPTED_DIGESTS;
            EXPECT(PP_OK, pp_origin_verify(verifier_keys, ROLES_COUNT, NULL, token, len, &expected, &detail));
            token[len - 1] ^= 1;
            EXPECT(PP_ERR_INVALID_TOKEN,
                   pp_origin_redeem(verifier_keys, ROLES_COUNT, NULL, token, len, &expected, &store, 2000, 1000, &detail));

            /* The tokens that all of them hold, each thread beginning at another. */
            for (i = 0; i < TOKENS; i++) {
                unsigned which = (i + w->number) % TOKENS;
                pp_status status = pp_origin_redeem(verifier_keys, ROLES_COUNT, NULL, shared[key][which],
                                                    roles_token_bytes[key], &expected, &store, 2000, 1000, &detail);
                if (status == PP_OK) {
                    w->wins[key][which]++;
                } else {
                    EXPECT(PP_ERR_REPLAYED, status);
                }
            }
        }
    }
    return NULL;
}

int main(void) {
    static const uint8_t secret[PP_CHALLENGE_SECRET_BYTES] = {3};
    static worker workers[THREADS];
    unsigned key, i, j;

    roles_open(&all);
    CHECK_OK(pp_stateless_challenges_begin(&maker, secret, 600, NULL));
    for (key = 0; key < 2; key++) {
        memset(&fields[key], 0, sizeof fields[key]);
        fields[key].token_type = roles_type[key];
        fields[key].issuer_name = roles_bytes("issuer.example", 14);
        CHECK_OK(pp_stateless_challenges_write(&maker, challenge[key], sizeof challenge[key], &challenge_len[key],
                                               &fields[key], 1000, NULL));
        for (i = 0; i < TOKENS; i++) {
            roles_token(&all, key, shared[key][i], challenge[key], challenge_len[key]);
        }
    }

    test_step("eight threads, one set of keys");
    for (i = 0; i < THREADS; i++) {
        workers[i].number = i;
        CHECK(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
    }
    for (i = 0; i < THREADS; i++) {
        CHECK(pthread_join(workers[i].thread, NULL) == 0);
        if (workers[i].failure != PP_OK) {
            test_fail(pp_status_name(workers[i].failure), __FILE__, workers[i].line);
        }
    }
    test_step("one of them won each token");
    for (key = 0; key < 2; key++) {
        for (j = 0; j < TOKENS; j++) {
            unsigned long wins = 0;
            for (i = 0; i < THREADS; i++) {
                wins += workers[i].wins[key][j];
            }
            CHECK_SIZE(1, wins);
        }
    }
    CHECK_SIZE(2 * TOKENS, spent.count);
    pp_stateless_challenges_wipe(&maker);
    roles_close(&all);
    return test_end();
}
