/* Public domain (CC0 1.0): copy what you need. */
/*
 * All four roles and the headers between them, for both token types: what each role holds, sends, checks and learns.
 *
 *     cc 02_full_flow.c $(pkg-config --cflags --libs privacypass) && ./a.out
 */
#include <privacypass.h>
#include <stdio.h>
#include <string.h>

#define ISSUER_NAME "issuer.example"
#define ORIGIN_NAME "origin.example"
#define EPOCH_SECONDS 60

/* End the function at `end`, where everything is wiped. */
#define TRY(call)              \
    do {                       \
        status = (call);       \
        if (status != PP_OK) { \
            goto end;          \
        }                      \
    } while (0)

/* A message on its way. Real ones travel in HTTP; each of ours fits. */
typedef struct {
    uint8_t data[2048];
    size_t len;
} message;

/* The issuer: holds the private key, publishes the public one. */
typedef struct {
    pp_issuer_key *issuer_key;
    message token_key;
} issuer;

/* The attester: knows the client, and the keys of the issuers it works with. */
typedef struct {
    pp_token_key *token_key;
} attester;

/* The client: keeps a secret between request and response. */
typedef struct {
    pp_token_key *token_key;
    pp_pending_token pending;
} client;

/* The origin: holds what verifies tokens, a secret that all its processes share, and the set of spent tokens. */
typedef struct {
    pp_verifier_key *verifier_key;
    pp_token_challenge template;
    pp_stateless_challenges challenges;
    pp_memory_spend_store *memory;
    pp_spend_store store;
} origin;

static pp_status issuer_start(issuer *self, uint16_t token_type) {
    pp_status status;
    TRY(pp_issuer_key_new(&self->issuer_key, NULL));
    TRY(pp_issuer_key_generate(self->issuer_key, token_type, NULL, NULL));
    TRY(pp_issuer_key_token_key(self->issuer_key, self->token_key.data, sizeof self->token_key.data,
                                &self->token_key.len, NULL));
end:
    return status;
}

static pp_status attester_start(attester *self, uint16_t token_type, const message *token_key) {
    pp_status status;
    TRY(pp_token_key_new(&self->token_key, NULL));
    TRY(pp_token_key_import(self->token_key, token_type, token_key->data, token_key->len, NULL));
end:
    return status;
}

/* Type 0x0001 is verified with the issuer's private key: then issuer and origin are one party. For type 0x0002 an origin
 * that is another party has pp_verifier_key_import, with the public key. */
static pp_status origin_start(origin *self, uint16_t token_type, const pp_issuer_key *issuer_key) {
    const pp_token_challenge template = {
        .token_type = token_type, .issuer_name = PP_TEXT(ISSUER_NAME), .origin_info = PP_TEXT(ORIGIN_NAME)};
    uint8_t secret[PP_CHALLENGE_SECRET_BYTES];
    pp_status status;
    self->template = template;
    TRY(pp_verifier_key_new(&self->verifier_key, NULL));
    TRY(pp_verifier_key_from_issuer_key(self->verifier_key, issuer_key, NULL));
    TRY(pp_random_fill(secret, sizeof secret, NULL, NULL));
    TRY(pp_stateless_challenges_begin(&self->challenges, secret, EPOCH_SECONDS, NULL));
    TRY(pp_memory_spend_store_new(&self->memory, 1000000, NULL));
    TRY(pp_memory_spend_store_table(self->memory, &self->store, NULL));
end:
    pp_wipe(secret, sizeof secret);
    return status;
}

/* The origin writes WWW-Authenticate for a 401. It stores nothing: it can make the challenge again from its secret. */
static pp_status origin_challenge(const origin *self, message *www_authenticate, const message *token_key, uint64_t now) {
    message challenge;
    pp_challenge_parameters parameters = {.has_max_age = 1};
    pp_status status;
    TRY(pp_stateless_challenges_write(&self->challenges, challenge.data, sizeof challenge.data, &challenge.len,
                                      &self->template, now, NULL));
    parameters.challenge.data = challenge.data;
    parameters.challenge.len = challenge.len;
    parameters.token_key.data = token_key->data;
    parameters.token_key.len = token_key->len;
    TRY(pp_stateless_challenges_max_age(&self->challenges, &parameters.max_age, now, NULL));
    TRY(pp_www_authenticate_write(www_authenticate->data, sizeof www_authenticate->data, &www_authenticate->len,
                                  &parameters, 1, PP_PROFILE_AUTO, NULL));
end:
    return status;
}

/* The client looks for a challenge it can answer, and begins a token for it. */
static pp_status client_begin(client *self, message *request, const message *www_authenticate) {
    const pp_bytes lines[] = {{www_authenticate->data, www_authenticate->len}};
    pp_challenges challenges;
    pp_challenge_item item;
    pp_token_type_sizes sizes;
    message challenge, token_key;
    pp_status status;
    TRY(pp_challenges_begin(&challenges, lines, 1, NULL));
    do {
        TRY(pp_challenges_next(&challenges, &item, NULL));
        if (item.kind == PP_ITEM_END) {
            return PP_ERR_UNSUPPORTED;
        }
        /* What is skipped, or of a type we do not know, is no error: there may be another. */
    } while (item.kind != PP_ITEM_CHALLENGE || pp_token_type_get_sizes(&sizes, item.token_type, NULL) != PP_OK);
    TRY(pp_parameter_value_decode(challenge.data, sizeof challenge.data, &challenge.len, &item.challenge, NULL));
    TRY(pp_parameter_value_decode(token_key.data, sizeof token_key.data, &token_key.len, &item.token_key, NULL));
    /* Or any origin could collect tokens for any other. */
    TRY(pp_token_challenge_check_origin(challenge.data, challenge.len, (const uint8_t *)ORIGIN_NAME,
                                        sizeof ORIGIN_NAME - 1, NULL));
    /* A real client takes only a key that the issuer's directory shows to everybody: an origin that chose the key could know
     * a visitor again by it. See 07_libcurl_client.c. */
    TRY(pp_token_key_new(&self->token_key, NULL));
    TRY(pp_token_key_import(self->token_key, item.token_type, token_key.data, token_key.len, NULL));
    TRY(pp_client_begin(self->token_key, &self->pending, request->data, sizeof request->data, &request->len,
                        challenge.data, challenge.len, NULL, NULL));
end:
    return status;
}

static pp_status issuer_answer(const issuer *self, message *response, const message *request) {
    const pp_issuer_key *issuer_keys[] = {self->issuer_key};
    return pp_issuer_issue(issuer_keys, 1, response->data, sizeof response->data, &response->len, request->data,
                           request->len, NULL, NULL);
}

/* The attester has seen the client prove itself, by what means it likes. It passes on what it cannot look into. */
static pp_status attester_forward(const attester *self, message *response, const message *request, const issuer *to) {
    const pp_token_key *token_keys[] = {self->token_key};
    size_t key_index;
    uint16_t token_type;
    pp_status status;
    TRY(pp_attester_check_request(token_keys, 1, &key_index, request->data, request->len, NULL));
    TRY(issuer_answer(to, response, request));
    TRY(pp_token_key_type(token_keys[key_index], &token_type, NULL));
    TRY(pp_attester_check_response(token_type, response->data, response->len, NULL));
end:
    return status;
}

/* The client makes the token, which the issuer never saw, and writes Authorization. */
static pp_status client_finish(client *self, message *authorization, const message *response) {
    uint8_t token[PP_TOKEN_MAX_BYTES];
    size_t token_len;
    pp_status status;
    TRY(pp_client_finish(self->token_key, &self->pending, token, sizeof token, &token_len, response->data,
                         response->len, NULL));
    TRY(pp_authorization_write(authorization->data, sizeof authorization->data, &authorization->len, token, token_len,
                               PP_PROFILE_AUTO, NULL));
end:
    return status;
}

/* The origin reads Authorization, and lets each token in once. */
static pp_status origin_redeem(const origin *self, const message *authorization, uint64_t now) {
    const pp_bytes lines[] = {{authorization->data, authorization->len}};
    const pp_verifier_key *keys[] = {self->verifier_key};
    uint8_t accepted[PP_ACCEPTED_DIGESTS * PP_CHALLENGE_DIGEST_BYTES];
    const pp_expected expected = {
        .struct_size = sizeof expected, .digests = accepted, .digest_count = PP_ACCEPTED_DIGESTS};
    uint8_t token[PP_TOKEN_MAX_BYTES];
    size_t token_len;
    uint64_t expires_at;
    pp_status status;
    TRY(pp_authorization_token(token, sizeof token, &token_len, lines, 1, NULL));
    if (token_len == 0) {
        return PP_ERR_INVALID_TOKEN;
    }
    TRY(pp_stateless_challenges_accepted(&self->challenges, accepted, &self->template, now, NULL));
    TRY(pp_stateless_challenges_expiry(&self->challenges, &expires_at, now, NULL));
    TRY(pp_origin_redeem(keys, 1, NULL, token, token_len, &expected, &self->store, expires_at, now, NULL));
end:
    return status;
}

static pp_status flow(uint16_t token_type) {
    const uint64_t now = 1700000000; /* unix seconds */
    issuer the_issuer = {.issuer_key = NULL};
    attester the_attester = {.token_key = NULL};
    client the_client = {.token_key = NULL};
    origin the_origin = {.verifier_key = NULL};
    message www_authenticate, request, response, authorization;
    pp_status status;

    TRY(issuer_start(&the_issuer, token_type));
    TRY(attester_start(&the_attester, token_type, &the_issuer.token_key));
    TRY(origin_start(&the_origin, token_type, the_issuer.issuer_key));

    TRY(origin_challenge(&the_origin, &www_authenticate, &the_issuer.token_key, now));
    printf("  origin:   401, WWW-Authenticate: %.40s...\n", (const char *)www_authenticate.data);
    TRY(client_begin(&the_client, &request, &www_authenticate));
    printf("  client:   request, %lu bytes\n", (unsigned long)request.len);
    TRY(attester_forward(&the_attester, &response, &request, &the_issuer));
    printf("  attester: the issuer's response, %lu bytes\n", (unsigned long)response.len);
    TRY(client_finish(&the_client, &authorization, &response));
    /* No more of it: a token is a credential, and belongs in no log. */
    printf("  client:   Authorization: %.19s...\n", (const char *)authorization.data);
    TRY(origin_redeem(&the_origin, &authorization, now + 1));
    printf("  origin:   %u\n", (unsigned)pp_origin_http_status(PP_OK));
    status = origin_redeem(&the_origin, &authorization, now + 2);
    printf("  origin:   the same token again: %u\n", (unsigned)pp_origin_http_status(status));
    status = status == PP_ERR_REPLAYED ? PP_OK : PP_ERR_STORE;

end:
    pp_pending_token_wipe(&the_client.pending);
    pp_token_key_free(the_client.token_key);
    pp_stateless_challenges_wipe(&the_origin.challenges);
    pp_memory_spend_store_free(the_origin.memory);
    pp_verifier_key_free(the_origin.verifier_key);
    pp_token_key_free(the_attester.token_key);
    pp_issuer_key_free(the_issuer.issuer_key);
    return status;
}

int main(void) {
    pp_status status;
    puts("type 0x0001, VOPRF(P-384, SHA-384)");
    TRY(flow(PP_TOKEN_TYPE_VOPRF_P384));
    puts("type 0x0002, blind RSA (2048-bit)");
    TRY(flow(PP_TOKEN_TYPE_BLIND_RSA_2048));
end:
    if (status != PP_OK) {
        printf("FAILED: %s\n", pp_status_message(status));
        return 1;
    }
    puts("ok");
    return 0;
}
