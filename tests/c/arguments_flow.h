/* What good calls of the roles are made of: one token of type 0x0001, from its keys to its redemption. */
#ifndef PRIVACYPASS_TEST_ARGUMENTS_FLOW_H
#define PRIVACYPASS_TEST_ARGUMENTS_FLOW_H

#include "arguments.h"

#define FLOW_NOW UINT64_C(1700000000)
#define FLOW_EPOCH 3600

static struct {
    pp_issuer_key *issuer_key, *empty_issuer_key;
    pp_token_key *token_key, *empty_token_key;
    pp_verifier_key *verifier_key, *empty_verifier_key;
    uint64_t rooms[6][PP_ISSUER_KEY_HANDLE_BYTES / 8];
    pp_token_challenge fields;
    uint8_t challenge[256], digest[PP_CHALLENGE_DIGEST_BYTES];
    size_t challenge_len;
    pp_rng rng;
    uint64_t rng_state;
    pp_pending_token pending[ARG_ITEMS]; /* all of them one state: what is finished is a copy */
    uint8_t request[PP_TOKEN_REQUEST_MAX_BYTES], response[PP_TOKEN_RESPONSE_MAX_BYTES], token[PP_TOKEN_MAX_BYTES];
    size_t request_len, response_len, token_len;
    pp_pending_issuance issuance;
    pp_signer signer;
    pp_expected expected;
    pp_spend_store store;
    pp_verified_token verified;
    pp_stateless_challenges maker;
} flow;

static inline pp_bytes flow_text(const char *text) {
    pp_bytes span;
    span.data = (const uint8_t *)text;
    span.len = strlen(text);
    return span;
}

/* The answer to the one request of this flow, made beforehand: what a signer gives is what the response holds. */
static inline pp_status flow_sign(void *ctx, uint8_t *output, const pp_signer_request *request) {
    (void)ctx;
    CHECK_SIZE(flow.response_len, request->output_len);
    memcpy(output, flow.response, flow.response_len);
    return PP_OK;
}

static inline pp_status flow_spend(void *ctx, const uint8_t *key, uint64_t expires_at, uint64_t now) {
    (void)ctx;
    (void)key;
    CHECK(expires_at > now);
    return PP_OK;
}

static inline void flow_make_keys(void) {
    static uint8_t seed[32] = "thirty-two bytes, known to all.";
    CHECK_OK(pp_issuer_key_place(&flow.issuer_key, flow.rooms[0], sizeof flow.rooms[0], NULL));
    CHECK_OK(pp_issuer_key_place(&flow.empty_issuer_key, flow.rooms[1], sizeof flow.rooms[1], NULL));
    CHECK_OK(pp_token_key_place(&flow.token_key, flow.rooms[2], sizeof flow.rooms[2], NULL));
    CHECK_OK(pp_token_key_place(&flow.empty_token_key, flow.rooms[3], sizeof flow.rooms[3], NULL));
    CHECK_OK(pp_verifier_key_place(&flow.verifier_key, flow.rooms[4], sizeof flow.rooms[4], NULL));
    CHECK_OK(pp_verifier_key_place(&flow.empty_verifier_key, flow.rooms[5], sizeof flow.rooms[5], NULL));
    CHECK_OK(pp_issuer_key_derive_voprf_p384(flow.issuer_key, seed, sizeof seed, NULL));
    CHECK_OK(pp_token_key_from_issuer_key(flow.token_key, flow.issuer_key, NULL));
    CHECK_OK(pp_verifier_key_from_issuer_key(flow.verifier_key, flow.issuer_key, NULL));
}

static inline void flow_make_tables(void) {
    flow.rng.struct_size = sizeof flow.rng;
    flow.rng.ctx = &flow.rng_state;
    flow.rng.fill = test_rng_fill;
    flow.signer.struct_size = sizeof flow.signer;
    flow.signer.sign = flow_sign;
    flow.store.struct_size = sizeof flow.store;
    flow.store.spend = flow_spend;
    flow.expected.struct_size = sizeof flow.expected;
    flow.expected.challenge.data = flow.challenge;
    flow.expected.challenge.len = flow.challenge_len;
}

static inline void flow_begin(void) {
    static uint8_t secret[PP_CHALLENGE_SECRET_BYTES] = "known to all, as all of this is";
    const pp_issuer_key *issuer_keys[1];
    const pp_token_key *token_keys[1];
    const pp_verifier_key *verifier_keys[1];
    int i;
    flow_make_keys();
    flow.fields.token_type = PP_TOKEN_TYPE_VOPRF_P384;
    flow.fields.issuer_name = flow_text("issuer.example");
    flow.fields.origin_info = flow_text("origin.example,other.example");
    CHECK_OK(pp_token_challenge_write(flow.challenge, sizeof flow.challenge, &flow.challenge_len, &flow.fields, NULL));
    CHECK_OK(pp_token_challenge_digest(flow.digest, flow.challenge, flow.challenge_len, NULL));
    flow_make_tables();
    CHECK_OK(pp_client_begin(flow.token_key, &flow.pending[0], flow.request, sizeof flow.request, &flow.request_len,
                             flow.challenge, flow.challenge_len, &flow.rng, NULL));
    for (i = 1; i < ARG_ITEMS; i++) {
        flow.pending[i] = flow.pending[0];
    }
    issuer_keys[0] = flow.issuer_key;
    token_keys[0] = flow.token_key;
    verifier_keys[0] = flow.verifier_key;
    CHECK_OK(pp_issuer_issue(issuer_keys, 1, flow.response, sizeof flow.response, &flow.response_len, flow.request,
                             flow.request_len, &flow.rng, NULL));
    CHECK_OK(pp_issuer_begin(token_keys, 1, &flow.issuance, flow.request, flow.request_len, NULL));
    {
        pp_pending_token copy = flow.pending[0];
        CHECK_OK(pp_client_finish(flow.token_key, &copy, flow.token, sizeof flow.token, &flow.token_len, flow.response,
                                  flow.response_len, NULL));
    }
    CHECK_OK(pp_origin_verify(verifier_keys, 1, &flow.verified, flow.token, flow.token_len, &flow.expected, NULL));
    CHECK_OK(pp_stateless_challenges_begin(&flow.maker, secret, FLOW_EPOCH, NULL));
}

static inline void flow_end(void) {
    int i;
    pp_issuer_key_end(flow.issuer_key);
    pp_issuer_key_end(flow.empty_issuer_key);
    pp_token_key_end(flow.token_key);
    pp_token_key_end(flow.empty_token_key);
    pp_verifier_key_end(flow.verifier_key);
    pp_verifier_key_end(flow.empty_verifier_key);
    for (i = 0; i < ARG_ITEMS; i++) {
        pp_pending_token_wipe(&flow.pending[i]);
    }
    pp_pending_issuance_wipe(&flow.issuance);
    pp_verified_token_wipe(&flow.verified);
    pp_stateless_challenges_wipe(&flow.maker);
    CHECK_ZERO(flow.rooms, sizeof flow.rooms);
    CHECK_ZERO(flow.pending, sizeof flow.pending);
    CHECK_ZERO(&flow.issuance, sizeof flow.issuance);
    CHECK_ZERO(&flow.verified, sizeof flow.verified);
    CHECK_ZERO(&flow.maker, sizeof flow.maker);
}

/* Arguments that many functions have. */

static inline void flow_issuer_keys(int at) {
    arg_handles(at, flow.issuer_key, flow.empty_issuer_key, flow.token_key);
}

static inline void flow_token_keys(int at) { arg_handles(at, flow.token_key, flow.empty_token_key, flow.issuer_key); }

static inline void flow_verifier_keys(int at) {
    arg_handles(at, flow.verifier_key, flow.empty_verifier_key, flow.token_key);
}

static inline void flow_issuer_key(int at) { arg_handle(at, flow.issuer_key, flow.empty_issuer_key, flow.token_key); }

static inline void flow_token_key(int at) { arg_handle(at, flow.token_key, flow.empty_token_key, flow.issuer_key); }

static inline void flow_verifier_key(int at) {
    arg_handle(at, flow.verifier_key, flow.empty_verifier_key, flow.issuer_key);
}

static inline void flow_rng(int at) {
    arg_optional_table(at, &flow.rng, sizeof flow.rng, offsetof(pp_rng, fill));
}

static inline void flow_template(int at) {
    arg_fields(at, &flow.fields, sizeof flow.fields);
    arg_span(at, offsetof(pp_token_challenge, issuer_name));
    arg_span(at, offsetof(pp_token_challenge, redemption_context));
    arg_span(at, offsetof(pp_token_challenge, origin_info));
}

static inline void flow_expected(int at) {
    arg_table(at, &flow.expected, sizeof flow.expected, 0);
    arg_span(at, offsetof(pp_expected, challenge));
}

#endif /* PRIVACYPASS_TEST_ARGUMENTS_FLOW_H */
