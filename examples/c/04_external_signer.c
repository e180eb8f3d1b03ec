/* Public domain (CC0 1.0): copy what you need. */
/*
 * An issuer whose private keys are elsewhere: in a hardware module, a key service, another process. The issuer holds public
 * keys only, and checks every answer of the module before it leaves: a wrong one could give the key away.
 *
 * For type 0x0002 the module does one raw RSA private operation: CKM_RSA_X_509 of PKCS#11, or EVP_PKEY_decrypt with
 * RSA_NO_PADDING of OpenSSL. For type 0x0001 it does the whole BlindEvaluate of RFC 9497.
 *
 *     cc 04_external_signer.c $(pkg-config --cflags --libs privacypass) && ./a.out
 */
#include <privacypass.h>
#include <stdio.h>
#include <string.h>

/* End the function at `end`, where everything is wiped. */
#define TRY(call)              \
    do {                       \
        status = (call);       \
        if (status != PP_OK) { \
            goto end;          \
        }                      \
    } while (0)

/* ---- The module. Here it is another handle behind a function; only what module_sign takes and gives passes the wall. ---- */

typedef struct {
    pp_issuer_key *issuer_key;
    int broken; /* it computes wrongly, as hardware may */
    unsigned operations;
} module;

/* A pp_signer callback. The library's own issuer stands in for the hardware: a TokenRequest is its type, one byte that names
 * the key, and the signer's input; the TokenResponse is the signer's output. */
static pp_status module_sign(void *ctx, uint8_t *output, const pp_signer_request *signer_request) {
    module *self = ctx;
    const pp_issuer_key *issuer_keys[1];
    uint8_t request[3 + PP_SIGNER_INPUT_MAX_BYTES];
    size_t output_len;
    pp_status status;
    issuer_keys[0] = self->issuer_key;
    request[0] = (uint8_t)(signer_request->token_type >> 8);
    request[1] = (uint8_t)signer_request->token_type;
    /* A module with several keys looks for the one with this identifier. */
    request[2] = signer_request->token_key_id[PP_TOKEN_KEY_ID_BYTES - 1];
    memcpy(request + 3, signer_request->input.data, signer_request->input.len);
    status = pp_issuer_issue(issuer_keys, 1, output, signer_request->output_len, &output_len, request,
                             3 + signer_request->input.len, NULL, NULL);
    self->operations++;
    if (self->broken) {
        output[7] ^= 1;
    }
    return status;
}

/* ---- The issuer ---- */

/* Where there is nothing else to do while the module works: one call. */
static pp_status issue_by_callback(module *hsm, const pp_token_key *token_key, uint8_t *response, size_t capacity,
                                   size_t *response_len, const uint8_t *request, size_t request_len) {
    const pp_token_key *token_keys[1];
    const pp_signer signer = {.struct_size = sizeof signer, .ctx = hsm, .sign = module_sign};
    token_keys[0] = token_key;
    return pp_issuer_issue_with_signer(token_keys, 1, response, capacity, response_len, request, request_len, &signer,
                                       NULL);
}

/* In an event loop: two calls, and any time between them. The state holds no secret. */
static pp_status issue_in_phases(module *hsm, const pp_token_key *token_key, uint8_t *response, size_t capacity,
                                 size_t *response_len, const uint8_t *request, size_t request_len) {
    const pp_token_key *token_keys[1];
    pp_pending_issuance pending;
    pp_signer_request signer_request;
    uint8_t output[PP_SIGNER_OUTPUT_MAX_BYTES];
    pp_status status;
    token_keys[0] = token_key;
    TRY(pp_issuer_begin(token_keys, 1, &pending, request, request_len, NULL));
    /* The input is a view of `pending`: copy it, if `pending` moves before the module has read it. */
    TRY(pp_pending_issuance_request(&pending, &signer_request, NULL));
    TRY(module_sign(hsm, output, &signer_request)); /* send it, and come back when the answer is there */
    TRY(pp_issuer_finish(token_keys, 1, response, capacity, response_len, &pending, output, signer_request.output_len,
                         NULL));
end:
    return status;
}

typedef pp_status issue_function(module *hsm, const pp_token_key *token_key, uint8_t *response, size_t capacity,
                                 size_t *response_len, const uint8_t *request, size_t request_len);

/* The rest of the flow: a client that cannot tell where the key is. */
static pp_status flow(uint16_t token_type, issue_function *issue) {
    const pp_token_challenge template = {
        .token_type = token_type, .issuer_name = PP_TEXT("issuer.example"), .origin_info = PP_TEXT("origin.example")};
    module hsm = {.issuer_key = NULL};
    pp_token_key *token_key = NULL;
    pp_pending_token pending = {{0}};
    uint8_t challenge[256], request[PP_TOKEN_REQUEST_MAX_BYTES], response[PP_TOKEN_RESPONSE_MAX_BYTES],
        token[PP_TOKEN_MAX_BYTES];
    size_t challenge_len, request_len, response_len, token_len;
    pp_status status;

    TRY(pp_issuer_key_new(&hsm.issuer_key, NULL));
    TRY(pp_issuer_key_generate(hsm.issuer_key, token_type, NULL, NULL));
    TRY(pp_token_key_new(&token_key, NULL));
    TRY(pp_token_key_from_issuer_key(token_key, hsm.issuer_key, NULL)); /* all that leaves the module */

    TRY(pp_token_challenge_write(challenge, sizeof challenge, &challenge_len, &template, NULL));
    TRY(pp_client_begin(token_key, &pending, request, sizeof request, &request_len, challenge, challenge_len, NULL, NULL));

    hsm.broken = 1;
    status = issue(&hsm, token_key, response, sizeof response, &response_len, request, request_len);
    if (status != PP_ERR_SIGNER) {
        status = PP_ERR_SIGNER;
        goto end;
    }
    puts("  issuer: a wrong answer of the module: refused");
    hsm.broken = 0;
    TRY(issue(&hsm, token_key, response, sizeof response, &response_len, request, request_len));
    printf("  issuer: response of %lu bytes, checked against the public key\n", (unsigned long)response_len);

    TRY(pp_client_finish(token_key, &pending, token, sizeof token, &token_len, response, response_len, NULL));
    printf("  client: token of %lu bytes\n", (unsigned long)token_len);
    printf("  module: %u operations\n", hsm.operations);

end:
    pp_pending_token_wipe(&pending);
    pp_token_key_free(token_key);
    pp_issuer_key_free(hsm.issuer_key);
    return status;
}

int main(void) {
    pp_status status;
    puts("type 0x0001, by callback");
    TRY(flow(PP_TOKEN_TYPE_VOPRF_P384, issue_by_callback));
    puts("type 0x0002, by callback");
    TRY(flow(PP_TOKEN_TYPE_BLIND_RSA_2048, issue_by_callback));
    puts("type 0x0001, in two phases");
    TRY(flow(PP_TOKEN_TYPE_VOPRF_P384, issue_in_phases));
    puts("type 0x0002, in two phases");
    TRY(flow(PP_TOKEN_TYPE_BLIND_RSA_2048, issue_in_phases));
end:
    if (status != PP_OK) {
        printf("FAILED: %s\n", pp_status_message(status));
        return 1;
    }
    puts("ok");
    return 0;
}
