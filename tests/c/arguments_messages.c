/* The rules at the top of the header, on every argument: randomness, token types and messages. */
#include "arguments_flow.h"

FUNCTION(pp_random_fill, P(1), N(2), P(3)) {
    static const uint8_t before[32] = {ARG_ANY};
    arg_changed(1, before, sizeof before);
    flow_rng(3);
}

FUNCTION(pp_token_type_get_sizes, P(1), (uint16_t)N(2)) {
    arg_struct(1, sizeof(pp_token_type_sizes));
    arg_number(2, PP_TOKEN_TYPE_BLIND_RSA_2048);
}

FUNCTION(pp_token_challenge_write, P(1), N(2), P(3), P(4)) {
    arg_output(1, 256);
    flow_template(4);
}

FUNCTION(pp_token_challenge_parse, P(1), P(2), N(3)) {
    arg_struct(1, sizeof(pp_token_challenge));
    arg_input(2, flow.challenge, flow.challenge_len);
}

FUNCTION(pp_token_challenge_digest, P(1), P(2), N(3)) {
    arg_bytes(1, PP_CHALLENGE_DIGEST_BYTES);
    arg_input(2, flow.challenge, flow.challenge_len);
}

FUNCTION(pp_token_challenge_check_origin, P(1), N(2), P(3), N(4)) {
    static uint8_t origin[] = "origin.example";
    arg_input(1, flow.challenge, flow.challenge_len);
    arg_input(3, origin, sizeof origin - 1);
}

FUNCTION(pp_token_parse, P(1), P(2), N(3)) {
    arg_struct(1, sizeof(pp_token));
    arg_input(2, flow.token, flow.token_len);
}

FUNCTION(pp_token_request_parse, P(1), P(2), N(3)) {
    arg_struct(1, sizeof(pp_token_request));
    arg_input(2, flow.request, flow.request_len);
}

FUNCTION(pp_token_key_id_of, P(1), P(2), N(3)) {
    static uint8_t key[] = "a key of any type";
    arg_bytes(1, PP_TOKEN_KEY_ID_BYTES);
    arg_input(2, key, sizeof key);
}

int main(void) {
    uint8_t name[] = "name.example";
    flow_begin();
    RUN(pp_random_fill);
    RUN(pp_token_type_get_sizes);
    RUN(pp_token_challenge_write);
    RUN(pp_token_challenge_parse);
    RUN(pp_token_challenge_digest);
    RUN(pp_token_challenge_check_origin);
    RUN(pp_token_parse);
    RUN(pp_token_request_parse);
    RUN(pp_token_key_id_of);

    test_step("pp_same_name, which says 0 when an argument breaks a rule");
    CHECK_SIZE(1, pp_same_name(name, 12, name, 12));
    CHECK_SIZE(0, pp_same_name(NULL, 12, NULL, 12));
    CHECK_SIZE(0, pp_same_name(name, 12, NULL, 1));
    CHECK_SIZE(0, pp_same_name(name, 12, NULL, 0));
    CHECK_SIZE(0, pp_same_name(name, ARG_TOO_MANY, name, ARG_TOO_MANY));

    test_step("pp_wipe, which leaves alone what breaks a rule");
    {
        uint8_t secret[5] = {1, 2, 3, 4, 5};
        pp_wipe(secret, 4);
        CHECK_ZERO(secret, 4);
        CHECK_SIZE(5, secret[4]);
        pp_wipe(NULL, 0);
        pp_wipe(NULL, 1);
        pp_wipe(secret, ARG_TOO_MANY);
        CHECK_SIZE(5, secret[4]);
    }

    test_step("functions that take numbers only");
    CHECK_SIZE(0, pp_token_type_is_grease(PP_TOKEN_TYPE_VOPRF_P384));
    CHECK(strcmp("PP_ERR_UNKNOWN", pp_status_name(-1000)) == 0);
    CHECK(strlen(pp_status_message(INT32_MIN)) > 0);
    CHECK_SIZE(500, pp_issuer_http_status(INT32_MAX));
    CHECK_SIZE(500, pp_origin_http_status(INT32_MIN));
    CHECK_SIZE(PP_VERSION, pp_version());
    CHECK(pp_version_string()[0] != '\0');
    flow_end();
    return test_end();
}
