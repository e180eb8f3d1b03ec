/* The rules at the top of the header, on every argument: the origin and its stateless challenges. */
#include "arguments_flow.h"

static uint8_t spki[PP_TOKEN_KEY_MAX_BYTES];
static size_t spki_len;

static void fill_verifier_key(void) {
    pp_verifier_key *key;
    pp_verifier_key_end((pp_verifier_key *)(void *)arg_room(1));
    CHECK_OK(pp_verifier_key_place(&key, arg_room(1), pp_verifier_key_size(), NULL));
    arg_fill(1, pp_verifier_key_size(), flow.verifier_key);
}

static void maker(void) { arg_value(1, &flow.maker, sizeof flow.maker, PP_ERR_MISUSE); }

FUNCTION(pp_verifier_key_new, P(1)) {
    pp_verifier_key_free((pp_verifier_key *)arg_made(1));
    arg_struct(1, sizeof(void *));
}

FUNCTION(pp_verifier_key_place, P(1), P(2), N(3)) {
    arg_struct(1, sizeof(void *));
    arg_memory(2, pp_verifier_key_size());
}

FUNCTION(pp_verifier_key_import, P(1), (uint16_t)N(2), P(3), N(4)) {
    fill_verifier_key();
    arg_number(2, PP_TOKEN_TYPE_BLIND_RSA_2048);
    arg_input(3, spki, spki_len);
}

FUNCTION(pp_verifier_key_from_issuer_key, P(1), P(2)) {
    fill_verifier_key();
    flow_issuer_key(2);
}

FUNCTION(pp_verifier_key_type, P(1), P(2)) {
    flow_verifier_key(1);
    arg_struct16(2, sizeof(uint16_t));
}

FUNCTION(pp_verifier_key_id, P(1), P(2)) {
    flow_verifier_key(1);
    arg_bytes(2, PP_TOKEN_KEY_ID_BYTES);
}

FUNCTION(pp_origin_verify, P(1), N(2), P(3), P(4), N(5), P(6)) {
    flow_verifier_keys(1);
    arg_optional(3, sizeof(pp_verified_token));
    arg_input(4, flow.token, flow.token_len);
    flow_expected(6);
}

FUNCTION(pp_origin_verify_many, P(1), N(2), P(3), P(4), P(5), N(6), P(7)) {
    flow_verifier_keys(1);
    arg_optional_array(3, sizeof(pp_verified_token), 8, 6);
    arg_array(4, sizeof(pp_status), 4, 6);
    arg_spans(5, flow.token, flow.token_len, 6);
    flow_expected(7);
}

FUNCTION(pp_origin_redeem, P(1), N(2), P(3), P(4), N(5), P(6), P(7), N(8), N(9)) {
    flow_verifier_keys(1);
    arg_optional(3, sizeof(pp_verified_token));
    arg_input(4, flow.token, flow.token_len);
    flow_expected(6);
    arg_table(7, &flow.store, sizeof flow.store, offsetof(pp_spend_store, spend));
    arg_number(8, FLOW_NOW + 2 * FLOW_EPOCH);
    arg_number(9, FLOW_NOW);
}

FUNCTION(pp_verified_token_get, P(1), P(2)) {
    arg_value(1, &flow.verified, sizeof flow.verified, PP_ERR_MISUSE);
    arg_struct16(2, sizeof(pp_verified_token_fields));
}

FUNCTION(pp_stateless_challenges_begin, P(1), P(2), N(3)) {
    static uint8_t secret[PP_CHALLENGE_SECRET_BYTES];
    arg_struct(1, sizeof(pp_stateless_challenges));
    arg_fixed_input(2, secret);
    arg_number(3, FLOW_EPOCH);
}

FUNCTION(pp_stateless_challenges_write, P(1), P(2), N(3), P(4), P(5), N(6)) {
    maker();
    arg_output(2, 256);
    flow_template(5);
    arg_number(6, FLOW_NOW);
}

FUNCTION(pp_stateless_challenges_accepted, P(1), P(2), P(3), N(4)) {
    maker();
    arg_bytes(2, PP_ACCEPTED_DIGESTS * PP_CHALLENGE_DIGEST_BYTES);
    flow_template(3);
    arg_number(4, FLOW_NOW);
}

FUNCTION(pp_stateless_challenges_expiry, P(1), P(2), N(3)) {
    maker();
    arg_struct(2, sizeof(uint64_t));
    arg_number(3, FLOW_NOW);
}

FUNCTION(pp_stateless_challenges_max_age, P(1), P(2), N(3)) {
    maker();
    arg_struct(2, sizeof(uint64_t));
    arg_number(3, FLOW_NOW);
}

static int32_t accept_any(void *ctx, const uint8_t *challenge_digest) {
    (void)ctx;
    (void)challenge_digest;
    return 1;
}

/* pp_expected: exactly one of the three, and digests are an array like any other. */
static void expectations(void) {
    static const pp_expected nothing;
    const pp_verifier_key *keys[1];
    pp_expected expected = nothing;
    pp_detail detail;
    int which;
    keys[0] = flow.verifier_key;
    for (which = 0; which < 8; which++) {
        pp_status status = which == 1 || which == 2 || which == 4 ? PP_OK : PP_ERR_MISUSE;
        expected = nothing;
        expected.struct_size = sizeof expected;
        if (which & 1) {
            expected.challenge = flow.expected.challenge;
        }
        if (which & 2) {
            expected.digests = flow.digest;
            expected.digest_count = 1;
        }
        if (which & 4) {
            expected.accepts = accept_any;
        }
        CHECK_STATUS(status, pp_origin_verify(keys, 1, NULL, flow.token, flow.token_len, &expected, &detail));
        CHECK_SIZE(status == PP_OK ? 0 : 6, detail.argument);
    }
    expected = nothing;
    expected.struct_size = sizeof expected;
    expected.digest_count = 1;
    CHECK_STATUS(PP_ERR_MISUSE, pp_origin_verify(keys, 1, NULL, flow.token, flow.token_len, &expected, &detail));
    CHECK_SIZE(6, detail.argument);
    expected.digests = flow.digest;
    expected.digest_count = (size_t)PTRDIFF_MAX / PP_CHALLENGE_DIGEST_BYTES + 1;
    CHECK_STATUS(PP_ERR_MISUSE, pp_origin_verify(keys, 1, NULL, flow.token, flow.token_len, &expected, &detail));
    CHECK_SIZE(6, detail.argument);
}

int main(void) {
    static test_vectors vectors;
    pp_stateless_challenges nothing;
    pp_verified_token verified;
    flow_begin();
    test_vectors_open(&vectors, "rfc9578/type2.json");
    CHECK(test_vectors_next(&vectors));
    spki_len = test_vectors_hex(&vectors, "pkS", spki, sizeof spki);
    RUN(pp_verifier_key_new);
    RUN(pp_verifier_key_place);
    RUN(pp_verifier_key_import);
    RUN(pp_verifier_key_from_issuer_key);
    RUN(pp_verifier_key_type);
    RUN(pp_verifier_key_id);
    RUN(pp_origin_verify);
    RUN(pp_origin_verify_many);
    RUN(pp_origin_redeem);
    RUN(pp_verified_token_get);
    RUN(pp_stateless_challenges_begin);
    RUN(pp_stateless_challenges_write);
    RUN(pp_stateless_challenges_accepted);
    RUN(pp_stateless_challenges_expiry);
    RUN(pp_stateless_challenges_max_age);

    test_step("what may be expected");
    expectations();

    test_step("ending and wiping NULL, and what holds nothing");
    pp_verifier_key_free(NULL);
    pp_verifier_key_end(NULL);
    pp_verifier_key_end((pp_verifier_key *)(void *)arg_room(0));
    CHECK_SIZE(PP_VERIFIER_KEY_HANDLE_BYTES, pp_verifier_key_size());
    pp_verified_token_wipe(NULL);
    memset(&verified, ARG_ANY, sizeof verified);
    pp_verified_token_wipe(&verified);
    CHECK_ZERO(&verified, sizeof verified);
    pp_stateless_challenges_wipe(NULL);
    memset(&nothing, ARG_ANY, sizeof nothing);
    pp_stateless_challenges_wipe(&nothing);
    CHECK_ZERO(&nothing, sizeof nothing);
    flow_end();
    return test_end();
}
