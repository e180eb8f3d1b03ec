/* Public domain (CC0 1.0): copy what you need. */
/*
 * Many tokens in one call, at the client, the issuer and the origin: one bad request spoils nothing but itself.
 *
 *     cc 03_batch_issue.c $(pkg-config --cflags --libs privacypass) && ./a.out
 */
#include <privacypass.h>
#include <stdio.h>
#include <time.h>

#define COUNT 64
#define BAD 7
#define TYPE PP_TOKEN_TYPE_BLIND_RSA_2048

/* End the program at `end`, where everything is wiped. */
#define TRY(call)              \
    do {                       \
        status = (call);       \
        if (status != PP_OK) { \
            goto end;          \
        }                      \
    } while (0)

/* The arrays of a batch. They are large for a stack. */
static pp_pending_token pending[COUNT];
static uint8_t request_bytes[COUNT][PP_TOKEN_REQUEST_MAX_BYTES];
static uint8_t response_bytes[COUNT][PP_TOKEN_RESPONSE_MAX_BYTES];
static uint8_t token_bytes[COUNT][PP_TOKEN_MAX_BYTES];
static pp_buffer requests[COUNT], responses[COUNT], tokens[COUNT];
static pp_bytes received[COUNT]; /* what one side wrote, as the other reads it */
static pp_status results[COUNT];

static void lend(const pp_buffer *buffers) {
    size_t i;
    for (i = 0; i < COUNT; i++) {
        received[i].data = buffers[i].data;
        received[i].len = buffers[i].len;
    }
}

/* Count what went well, and say how fast it went. */
static size_t report(const char *role, const char *what, clock_t began) {
    const double seconds = (double)(clock() - began) / CLOCKS_PER_SEC;
    size_t i, good = 0;
    for (i = 0; i < COUNT; i++) {
        if (results[i] == PP_OK) {
            good++;
        } else {
            printf("%s: item %lu: %s\n", role, (unsigned long)i, pp_status_name(results[i]));
        }
    }
    printf("%s: %lu %s, %.0f a second\n", role, (unsigned long)good, what, seconds > 0 ? COUNT / seconds : 0);
    return good;
}

int main(void) {
    const pp_token_challenge template = {.token_type = TYPE, .issuer_name = PP_TEXT("issuer.example")};
    pp_expected expected = {.struct_size = sizeof expected};
    pp_issuer_key *issuer_key = NULL;
    pp_token_key *token_key = NULL;
    pp_verifier_key *verifier_key = NULL;
    const pp_issuer_key *issuer_keys[1];
    const pp_verifier_key *keys[1];
    uint8_t challenge[256];
    size_t i, challenge_len, issued = 0, finished = 0, verified = 0;
    clock_t began;
    pp_status status;

    for (i = 0; i < COUNT; i++) {
        requests[i].data = request_bytes[i];
        requests[i].capacity = sizeof request_bytes[i];
        responses[i].data = response_bytes[i];
        responses[i].capacity = sizeof response_bytes[i];
        tokens[i].data = token_bytes[i];
        tokens[i].capacity = sizeof token_bytes[i];
    }
    TRY(pp_issuer_key_new(&issuer_key, NULL));
    TRY(pp_issuer_key_generate(issuer_key, TYPE, NULL, NULL));
    TRY(pp_token_key_new(&token_key, NULL));
    TRY(pp_token_key_from_issuer_key(token_key, issuer_key, NULL));
    TRY(pp_verifier_key_new(&verifier_key, NULL));
    TRY(pp_verifier_key_from_issuer_key(verifier_key, issuer_key, NULL));
    issuer_keys[0] = issuer_key;
    keys[0] = verifier_key;
    TRY(pp_token_challenge_write(challenge, sizeof challenge, &challenge_len, &template, NULL));

    /* Beginning is all or nothing: the client's own requests do not fail one by one. */
    began = clock();
    TRY(pp_client_begin_many(token_key, pending, requests, COUNT, challenge, challenge_len, NULL, NULL));
    report("client", "requests", began);

    /* From here on PP_OK says that the batch was worked through, and `results` what came of each item. */
    lend(requests);
    received[BAD].data = (const uint8_t *)"nonsense";
    received[BAD].len = 8;
    began = clock();
    TRY(pp_issuer_issue_many(issuer_keys, 1, responses, results, received, COUNT, NULL, NULL));
    issued = report("issuer", "responses", began);

    /* The response that failed has length 0, which its token cannot be finished with. */
    lend(responses);
    began = clock();
    TRY(pp_client_finish_many(token_key, pending, tokens, results, received, COUNT, NULL));
    finished = report("client", "tokens", began);

    lend(tokens);
    expected.challenge.data = challenge;
    expected.challenge.len = challenge_len;
    began = clock();
    TRY(pp_origin_verify_many(keys, 1, NULL, results, received, COUNT, &expected, NULL));
    verified = report("origin", "verified", began);

end:
    for (i = 0; i < COUNT; i++) {
        pp_pending_token_wipe(&pending[i]);
    }
    pp_verifier_key_free(verifier_key);
    pp_token_key_free(token_key);
    pp_issuer_key_free(issuer_key);
    if (status != PP_OK || issued != COUNT - 1 || finished != COUNT - 1 || verified != COUNT - 1) {
        printf("FAILED: %s\n", pp_status_message(status));
        return 1;
    }
    puts("ok");
    return 0;
}
