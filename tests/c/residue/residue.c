/*
 * What is left of secrets on the stack when a function has returned: nothing. Each call runs on a stack of its own, which is
 * then searched for the words of the secrets, in either order of their bytes.
 *
 * It stands alone because valgrind and the sanitizers forbid to look at a stack that is no longer in use.
 */
#define _XOPEN_SOURCE 700
#include "../roles.h"

#include <pthread.h>

#define STACK_BYTES 262144
#define WORD 8

static uint8_t stack[STACK_BYTES];

/* The secrets that are searched for. */
static struct needle {
    const char *name;
    uint8_t bytes[256];
    size_t len;
} needles[8];
static size_t needle_count;

static roles all;
static pp_issuer_key *key;
static pp_pending_token pending, several[20];
static uint8_t challenge[64], request[PP_TOKEN_REQUEST_MAX_BYTES], response[PP_TOKEN_RESPONSE_MAX_BYTES];
static uint8_t token[PP_TOKEN_MAX_BYTES], blob[PP_SEALED_MAX_BYTES], nonce[PP_NONCE_BYTES], randomness[304], pem[2048];
static size_t challenge_len, request_len, response_len, token_len, blob_len, randomness_len, pem_len;
static unsigned of_type; /* ROLES_VOPRF or ROLES_RSA */

static void search_for(const char *name, const uint8_t *bytes, size_t len) {
    struct needle *needle = &needles[needle_count++];
    CHECK(len % WORD == 0 && len <= sizeof needle->bytes);
    needle->name = name;
    needle->len = len;
    memcpy(needle->bytes, bytes, len);
}

/* Say how many words of the secrets are on the stack. */
static unsigned long left_on_the_stack(const char *after) {
    unsigned long found = 0;
    size_t n, at, where, i;
    for (n = 0; n < needle_count; n++) {
        for (at = 0; at < needles[n].len; at += WORD) {
            uint8_t reversed[WORD];
            const uint8_t *word = needles[n].bytes + at;
            for (i = 0; i < WORD; i++) {
                reversed[i] = word[WORD - 1 - i];
            }
            for (where = 0; where + WORD <= STACK_BYTES; where++) {
                if ((stack[where] == word[0] && memcmp(stack + where, word, WORD) == 0) ||
                    (stack[where] == reversed[0] && memcmp(stack + where, reversed, WORD) == 0)) {
                    if (found++ == 0) {
                        printf("after %s: a word of %s, %lu bytes below the top\n", after, needles[n].name,
                               (unsigned long)(STACK_BYTES - where));
                    }
                }
            }
        }
    }
    return found;
}

static unsigned long run(const char *name, void *(*call)(void *)) {
    pthread_attr_t attributes;
    pthread_t thread;
    memset(stack, 0xEE, sizeof stack);
    CHECK(pthread_attr_init(&attributes) == 0);
    CHECK(pthread_attr_setstack(&attributes, stack, sizeof stack) == 0);
    CHECK(pthread_create(&thread, &attributes, call, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(pthread_attr_destroy(&attributes) == 0);
    return left_on_the_stack(name);
}

/* The call must leave nothing. */
#define RUN_CLEAN(call) CHECK_SIZE(0, run(#call, call))

static void *spill(void *unused) {
    volatile uint8_t copy[16384]; /* deep enough that what ends the thread does not write there */
    size_t i;
    for (i = 0; i < 32; i++) {
        copy[i] = needles[0].bytes[i];
    }
    CHECK(copy[0] == needles[0].bytes[0]);
    return unused;
}

static void *import_numbers(void *unused) {
    static const uint8_t e[3] = {1, 0, 1};
    static uint8_t n[256];
    size_t n_len = test_hex(n, sizeof n, ROLES_RSA_N);
    CHECK_OK(pp_issuer_key_import_blind_rsa_2048(key, n, n_len, e, sizeof e, needles[0].bytes, needles[0].len, needles[1].bytes,
                                                 needles[1].len, needles[2].bytes, needles[2].len, NULL));
    return unused;
}

static void *export_pem(void *unused) {
    CHECK_OK(pp_issuer_key_export_pkcs8_pem(key, pem, sizeof pem, &pem_len, NULL));
    return unused;
}

static void *import_pem(void *unused) {
    CHECK_OK(pp_issuer_key_import_pkcs8_pem(key, pem, pem_len, NULL));
    return unused;
}

static void *issue(void *unused) {
    const pp_issuer_key *keys[1];
    keys[0] = of_type == ROLES_RSA && key != NULL ? key : all.issuer[of_type];
    CHECK_OK(pp_issuer_issue(keys, 1, response, sizeof response, &response_len, request, request_len, NULL, NULL));
    return unused;
}

static void *issue_many(void *unused) {
    static uint8_t out[20][PP_TOKEN_RESPONSE_MAX_BYTES];
    const pp_issuer_key *keys[1];
    pp_buffer responses[20];
    pp_bytes requests[20];
    pp_status results[20];
    size_t i;
    keys[0] = key;
    for (i = 0; i < 20; i++) {
        requests[i] = roles_bytes(request, request_len);
        responses[i].data = out[i];
        responses[i].capacity = sizeof out[i];
    }
    CHECK_OK(pp_issuer_issue_many(keys, 1, responses, results, requests, 20, NULL, NULL));
    return unused;
}

static void *begin(void *unused) {
    CHECK_OK(pp_hazmat_client_begin(all.token[of_type], &pending, request, sizeof request, &request_len, challenge, challenge_len,
                                    nonce, randomness, randomness_len, NULL));
    return unused;
}

static void *seal(void *unused) {
    CHECK_OK(pp_pending_token_seal(&pending, blob, sizeof blob, &blob_len, all.token[of_type], NULL));
    return unused;
}

static void *open_sealed(void *unused) {
    CHECK_OK(pp_pending_token_open(&pending, blob, blob_len, all.token[of_type], NULL));
    return unused;
}

static void *finish(void *unused) {
    CHECK_OK(pp_client_finish(all.token[of_type], &pending, token, sizeof token, &token_len, response, response_len, NULL));
    return unused;
}

static void *finish_many(void *unused) {
    static uint8_t out[20][PP_TOKEN_MAX_BYTES];
    pp_buffer tokens[20];
    pp_bytes responses[20];
    pp_status results[20];
    size_t i;
    for (i = 0; i < 20; i++) {
        responses[i] = roles_bytes(response, response_len);
        tokens[i].data = out[i];
        tokens[i].capacity = sizeof out[i];
    }
    CHECK_OK(pp_client_finish_many(all.token[of_type], several, tokens, results, responses, 20, NULL));
    CHECK_OK(results[19]);
    return unused;
}

static void keys(void) {
    uint8_t number[256];
    size_t len = test_hex(number, sizeof number, ROLES_RSA_D);
    search_for("d", number, len);
    len = test_hex(number, sizeof number, ROLES_RSA_P);
    search_for("p", number, len);
    len = test_hex(number, sizeof number, ROLES_RSA_Q);
    search_for("q", number, len);
    CHECK(run("a copy, as it must", spill) >= 4);

    CHECK_OK(pp_issuer_key_new(&key, NULL));
    RUN_CLEAN(import_numbers);
    RUN_CLEAN(export_pem);
    pp_issuer_key_free(key);
    CHECK_OK(pp_issuer_key_new(&key, NULL));
    RUN_CLEAN(import_pem);
    CHECK_OK(pp_client_begin(all.token[ROLES_OTHER_RSA], &pending, request, sizeof request, &request_len, challenge,
                             challenge_len, NULL, NULL));
    RUN_CLEAN(issue);
    RUN_CLEAN(issue_many);
    pp_issuer_key_free(key);
    key = NULL;
    pp_pending_token_wipe(&pending);
}

static void states(void) {
    uint8_t kept[PP_SEALED_MAX_BYTES];
    size_t i, blinding_len;
    needle_count = 0;
    search_for("the nonce", nonce, sizeof nonce);
    RUN_CLEAN(begin);
    CHECK_OK(pp_pending_token_seal(&pending, blob, sizeof blob, &blob_len, all.token[of_type], NULL));
    memcpy(kept, blob, blob_len);
    blinding_len = of_type == ROLES_RSA ? 256 : 48; /* behind 4 + 1 + 98 bytes */
    search_for("the blinding", blob + 103, blinding_len);
    RUN_CLEAN(open_sealed);
    RUN_CLEAN(seal);
    RUN_CLEAN(issue);
    RUN_CLEAN(open_sealed);
    RUN_CLEAN(finish);
    for (i = 0; i < 20; i++) {
        memcpy(blob, kept, blob_len);
        CHECK_OK(pp_pending_token_open(&several[i], blob, blob_len, all.token[of_type], NULL));
    }
    RUN_CLEAN(finish_many);
}

int main(void) {
    size_t i;
    uint64_t state = 1;
    roles_open(&all);
    for (i = 0; i < sizeof nonce; i++) {
        nonce[i] = (uint8_t)test_random(&state);
    }
    for (i = 0; i < sizeof randomness; i++) {
        randomness[i] = (uint8_t)test_random(&state);
    }
    randomness[0] = randomness[48] = 1; /* below the modulus, and the group's order */
    for (of_type = ROLES_VOPRF; of_type <= ROLES_RSA; of_type++) {
        challenge_len = roles_challenge(challenge, sizeof challenge, roles_type[of_type], "origin.example");
        randomness_len = of_type == ROLES_RSA ? 304 : 48;
        test_step(of_type == ROLES_RSA ? "states of type 0x0002" : "states of type 0x0001");
        states();
    }
    of_type = ROLES_RSA; /* and the challenge is of its type */
    needle_count = 0;
    test_step("keys");
    keys();
    roles_close(&all);
    return test_end();
}
