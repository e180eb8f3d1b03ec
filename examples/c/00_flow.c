/* Public domain (CC0 1.0): copy what you need. */
/* The whole protocol in one program: challenge, request, response, token, redemption.
 *     cc 00_flow.c $(pkg-config --cflags --libs privacypass) && ./a.out */
#include <privacypass.h>
#include <stdio.h>

#define TYPE PP_TOKEN_TYPE_BLIND_RSA_2048
#define TRY(call) do { if ((status = (call)) != PP_OK) goto end; } while (0)

int main(void) {
    const uint64_t now = 1700000000, expires_at = now + 600; /* unix seconds */
    pp_token_challenge template = {
        .token_type = TYPE, .issuer_name = PP_TEXT("issuer.example"), .origin_info = PP_TEXT("origin.example")};
    pp_expected expected = {.struct_size = sizeof expected};
    pp_issuer_key *issuer_key = NULL;
    pp_token_key *token_key = NULL;
    pp_verifier_key *verifier_key = NULL;
    pp_memory_spend_store *memory = NULL;
    pp_spend_store store;
    pp_pending_token pending = {{0}};
    uint8_t challenge[256], request[PP_TOKEN_REQUEST_MAX_BYTES];
    uint8_t response[PP_TOKEN_RESPONSE_MAX_BYTES], token[PP_TOKEN_MAX_BYTES];
    size_t challenge_len, request_len, response_len, token_len;
    pp_status status;

    TRY(pp_issuer_key_new(&issuer_key, NULL));
    TRY(pp_issuer_key_generate(issuer_key, TYPE, NULL, NULL));
    TRY(pp_token_challenge_write(challenge, sizeof challenge, &challenge_len, &template, NULL)); /* origin */

    TRY(pp_token_key_new(&token_key, NULL));
    TRY(pp_token_key_from_issuer_key(token_key, issuer_key, NULL));
    TRY(pp_client_begin(token_key, &pending, request, sizeof request, &request_len,
                        challenge, challenge_len, NULL, NULL));                                  /* client */
    const pp_issuer_key *issuer_keys[] = {issuer_key};
    TRY(pp_issuer_issue(issuer_keys, 1, response, sizeof response, &response_len,
                        request, request_len, NULL, NULL));                                      /* issuer */
    TRY(pp_client_finish(token_key, &pending, token, sizeof token, &token_len,
                         response, response_len, NULL));                                         /* client */

    TRY(pp_verifier_key_new(&verifier_key, NULL));
    TRY(pp_verifier_key_from_issuer_key(verifier_key, issuer_key, NULL));
    TRY(pp_memory_spend_store_new(&memory, 1000000, NULL));
    TRY(pp_memory_spend_store_table(memory, &store, NULL));
    const pp_verifier_key *keys[] = {verifier_key};
    expected.challenge.data = challenge;
    expected.challenge.len = challenge_len;
    TRY(pp_origin_redeem(keys, 1, NULL, token, token_len, &expected, &store, expires_at, now, NULL)); /* origin */
    status = pp_origin_redeem(keys, 1, NULL, token, token_len, &expected, &store, expires_at, now, NULL);
    status = status == PP_ERR_REPLAYED ? PP_OK : PP_ERR_STORE;                                   /* and only once */

end:
    pp_pending_token_wipe(&pending);
    pp_memory_spend_store_free(memory);
    pp_verifier_key_free(verifier_key);
    pp_token_key_free(token_key);
    pp_issuer_key_free(issuer_key);
    printf("%s\n", status == PP_OK ? "ok" : pp_status_message(status));
    return status != PP_OK;
}
