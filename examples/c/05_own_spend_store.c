/* Public domain (CC0 1.0): copy what you need. */
/*
 * A spend store of your own: a table of fixed size, with a lock. It keeps the three rules of privacypass.h, without which
 * a token could be redeemed twice; wherever you keep spent tokens, your store must keep them too.
 *
 *     cc -pthread 05_own_spend_store.c $(pkg-config --cflags --libs privacypass) && ./a.out
 */
#define _POSIX_C_SOURCE 200809L /* threads, which C99 lacks */
#include <privacypass.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A key has this many places in the table, one after the other. When all of them hold keys that must be kept, it is
 * refused, so the table should have twice as many places as tokens are redeemed in the lifetime of a challenge. */
#define WINDOW 32

/* For how long a key is kept after it has expired, in seconds: calls come late, and clocks differ. */
#define GRACE 60

typedef struct {
    uint8_t key[PP_SPEND_KEY_BYTES];
    uint64_t expires_at;
    int used;
} place;

typedef struct {
    pthread_mutex_t lock;
    place *places;
    size_t count;
    uint64_t forgotten_until; /* the latest expiry of any key that was overwritten */
} spend_table;

static int spend_table_begin(spend_table *self, size_t count) {
    memset(self, 0, sizeof *self);
    self->count = count < WINDOW ? WINDOW : count;
    self->places = calloc(self->count, sizeof *self->places);
    return self->places != NULL && pthread_mutex_init(&self->lock, NULL) == 0;
}

static void spend_table_end(spend_table *self) {
    if (self->places != NULL) {
        pthread_mutex_destroy(&self->lock);
        free(self->places);
        self->places = NULL;
    }
}

static pp_status spend_locked(spend_table *self, const uint8_t *key, uint64_t expires_at, uint64_t now) {
    place *free_place = NULL;
    uint64_t hash;
    size_t i, home;
    /* Spend keys are hashes already: any bytes of them choose a place evenly. */
    memcpy(&hash, key, sizeof hash);
    home = (size_t)(hash % self->count);
    for (i = 0; i < WINDOW; i++) {
        place *at = &self->places[(home + i) % self->count];
        if (at->used && memcmp(at->key, key, sizeof at->key) == 0) {
            return PP_ERR_REPLAYED;
        }
        if (free_place == NULL && (!at->used || (now >= GRACE && at->expires_at <= now - GRACE))) {
            free_place = at; /* but look on: the key may stand further behind */
        }
    }
    /* A call whose time is before the expiry of a forgotten key might be for that very key. */
    if (now < self->forgotten_until) {
        return PP_ERR_STORE;
    }
    if (free_place == NULL) {
        return PP_ERR_EXHAUSTED; /* to overwrite a key that counts would let its token in again */
    }
    if (free_place->used && free_place->expires_at > self->forgotten_until) {
        self->forgotten_until = free_place->expires_at;
    }
    memcpy(free_place->key, key, sizeof free_place->key);
    free_place->expires_at = expires_at;
    free_place->used = 1;
    return PP_OK;
}

/* The callback. To look and to insert is one step under one lock: of two calls with one key, one is first. */
static pp_status spend(void *ctx, const uint8_t *key, uint64_t expires_at, uint64_t now) {
    spend_table *self = ctx;
    pp_status status;
    if (pthread_mutex_lock(&self->lock) != 0) {
        return PP_ERR_STORE; /* without the lock nobody is let in */
    }
    status = spend_locked(self, key, expires_at, now);
    pthread_mutex_unlock(&self->lock);
    return status;
}

/* ---- The rest shows that it works: a token presented by several clients at once, a full table, and time. ---- */

#define THREADS 8
#define TYPE PP_TOKEN_TYPE_BLIND_RSA_2048

/* End the function at `end`, where everything is wiped. */
#define TRY(call)              \
    do {                       \
        status = (call);       \
        if (status != PP_OK) { \
            goto end;          \
        }                      \
    } while (0)

/* What the threads of an origin share. Filled keys are never changed, so they need no lock. */
typedef struct {
    const pp_verifier_key *keys[1];
    pp_expected expected;
    pp_spend_store store;
    uint8_t token[PP_TOKEN_MAX_BYTES];
    size_t token_len;
    uint64_t now;
} origin;

typedef struct {
    const origin *shared;
    pp_status status;
} visit;

static void *redeem(void *argument) {
    visit *self = argument;
    const origin *shared = self->shared;
    self->status = pp_origin_redeem(shared->keys, 1, NULL, shared->token, shared->token_len, &shared->expected,
                                    &shared->store, shared->now + 600, shared->now, NULL);
    return NULL;
}

/* Present the token on all threads at once, and count how often it was let in, and how often refused as spent. */
static int redeem_at_once(const origin *shared, unsigned *redeemed, unsigned *replayed) {
    pthread_t threads[THREADS];
    visit visits[THREADS];
    int i, started = 0;
    *redeemed = *replayed = 0;
    for (i = 0; i < THREADS; i++) {
        visits[i].shared = shared;
        visits[i].status = PP_ERR_INTERNAL;
    }
    while (started < THREADS && pthread_create(&threads[started], NULL, redeem, &visits[started]) == 0) {
        started++;
    }
    for (i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
        *redeemed += visits[i].status == PP_OK;
        *replayed += visits[i].status == PP_ERR_REPLAYED;
    }
    return started == THREADS;
}

/* A key as the library would make one, for the tests of the table alone. */
static pp_status spend_number(spend_table *table, uint32_t number, uint64_t expires_at, uint64_t now) {
    uint8_t key[PP_SPEND_KEY_BYTES] = {0};
    memcpy(key, &number, sizeof number);
    return spend(table, key, expires_at, now);
}

/* A table of one window: it fills, refuses, and forgets only what nobody can bring back. */
static int table_keeps_the_rules(void) {
    const uint64_t now = 1700000000, expires_at = now + 600;
    spend_table table;
    uint32_t number;
    int good = spend_table_begin(&table, WINDOW);
    for (number = 0; good && number < WINDOW; number++) {
        good = spend_number(&table, number, expires_at, now) == PP_OK;
    }
    good = good && spend_number(&table, WINDOW, expires_at, now) == PP_ERR_EXHAUSTED;
    puts("store: full: refuses");
    good = good && spend_number(&table, 0, expires_at, now) == PP_ERR_REPLAYED;
    puts("store: and still knows what was spent");
    good = good && spend_number(&table, WINDOW, expires_at + 600, expires_at + GRACE - 1) == PP_ERR_EXHAUSTED;
    good = good && spend_number(&table, WINDOW, expires_at + 600, expires_at + GRACE) == PP_OK;
    puts("store: a minute after the keys expired there is room");
    /* Key 0 stood first, and was overwritten. A call with an earlier time must not let it in. */
    good = good && spend_number(&table, 0, expires_at, expires_at - 1) == PP_ERR_STORE;
    puts("store: a clock that was set back: refuses");
    spend_table_end(&table);
    return good;
}

int main(void) {
    const pp_token_challenge template = {
        .token_type = TYPE, .issuer_name = PP_TEXT("issuer.example"), .origin_info = PP_TEXT("origin.example")};
    static origin shared;
    spend_table table = {.places = NULL};
    pp_issuer_key *issuer_key = NULL;
    pp_token_key *token_key = NULL;
    pp_verifier_key *verifier_key = NULL;
    pp_pending_token pending = {{0}};
    const pp_issuer_key *issuer_keys[1];
    uint8_t challenge[256], request[PP_TOKEN_REQUEST_MAX_BYTES], response[PP_TOKEN_RESPONSE_MAX_BYTES];
    size_t challenge_len, request_len, response_len;
    unsigned redeemed = 0, replayed = 0;
    int good = 0;
    pp_status status = PP_ERR_NO_MEMORY;

    if (!spend_table_begin(&table, 2 * 1000)) {
        goto end;
    }
    TRY(pp_issuer_key_new(&issuer_key, NULL));
    TRY(pp_issuer_key_generate(issuer_key, TYPE, NULL, NULL));
    issuer_keys[0] = issuer_key;
    TRY(pp_token_key_new(&token_key, NULL));
    TRY(pp_token_key_from_issuer_key(token_key, issuer_key, NULL));
    TRY(pp_verifier_key_new(&verifier_key, NULL));
    TRY(pp_verifier_key_from_issuer_key(verifier_key, issuer_key, NULL));
    TRY(pp_token_challenge_write(challenge, sizeof challenge, &challenge_len, &template, NULL));
    TRY(pp_client_begin(token_key, &pending, request, sizeof request, &request_len, challenge, challenge_len, NULL, NULL));
    TRY(pp_issuer_issue(issuer_keys, 1, response, sizeof response, &response_len, request, request_len, NULL, NULL));
    TRY(pp_client_finish(token_key, &pending, shared.token, sizeof shared.token, &shared.token_len, response,
                         response_len, NULL));
    printf("client: token of %lu bytes\n", (unsigned long)shared.token_len);

    shared.keys[0] = verifier_key;
    shared.expected.struct_size = sizeof shared.expected;
    shared.expected.challenge.data = challenge;
    shared.expected.challenge.len = challenge_len;
    shared.store.struct_size = sizeof shared.store;
    shared.store.ctx = &table;
    shared.store.spend = spend;
    shared.now = 1700000000;
    good = redeem_at_once(&shared, &redeemed, &replayed);
    printf("origin: the token on %d threads at once: %u redeemed, %u refused\n", THREADS, redeemed, replayed);
    good = good && redeemed == 1 && replayed == THREADS - 1 && table_keeps_the_rules();

end:
    pp_pending_token_wipe(&pending);
    pp_verifier_key_free(verifier_key);
    pp_token_key_free(token_key);
    pp_issuer_key_free(issuer_key);
    spend_table_end(&table);
    if (status != PP_OK || !good) {
        printf("FAILED: %s\n", pp_status_message(status));
        return 1;
    }
    puts("ok");
    return 0;
}
