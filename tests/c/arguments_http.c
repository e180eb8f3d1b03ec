/* The rules at the top of the header, on every argument: headers, media types and base64url. */
#include "arguments_flow.h"

static uint8_t header[] = "PrivateToken challenge=\"AAIAAA==\", token-key=\"AAIAAA==\", realm=\"a \\\"realm\\\"\"";
static uint8_t authorization[] = "PrivateToken token=AAIAAA";
static pp_challenges challenges;
static pp_challenge_item item;
static pp_challenge_parameters parameters;

static void value(int at, const pp_parameter_value *given) {
    arg_fields(at, given, sizeof *given);
    arg_span(at, offsetof(pp_parameter_value, data));
}

static void challenge_parameters(int at) {
    arg_list(at, &parameters, sizeof parameters);
    arg.list[at].size_rule = 1;
    arg_span(at, offsetof(pp_challenge_parameters, challenge));
    arg_span(at, offsetof(pp_challenge_parameters, token_key));
    arg_span(at, offsetof(pp_challenge_parameters, realm));
}

FUNCTION(pp_challenges_begin, P(1), P(2), N(3)) {
    arg_struct(1, sizeof(pp_challenges));
    arg_spans(2, header, sizeof header - 1, 3);
}

FUNCTION(pp_challenges_next, P(1), P(2)) {
    arg_value(1, &challenges, sizeof challenges, PP_ERR_MISUSE);
    arg_struct(2, sizeof(pp_challenge_item));
}

FUNCTION(pp_parameter_value_decode, P(1), N(2), P(3), P(4)) {
    arg_output(1, 64);
    value(4, &item.challenge);
}

FUNCTION(pp_parameter_value_text, P(1), N(2), P(3), P(4)) {
    arg_output(1, 64);
    value(4, &item.realm);
}

FUNCTION(pp_www_authenticate_write, P(1), N(2), P(3), P(4), N(5), (int32_t)N(6)) {
    arg_output(1, 1024);
    challenge_parameters(4);
    arg_number(6, PP_PROFILE_AUTO);
}

FUNCTION(pp_www_authenticate_write_greased, P(1), N(2), P(3), P(4), N(5), (int32_t)N(6), P(7)) {
    static uint8_t random[PP_GREASE_RANDOM_BYTES];
    arg_output(1, 2048);
    challenge_parameters(4);
    arg_number(6, PP_PROFILE_AUTO);
    arg_fixed_input(7, random);
}

FUNCTION(pp_authorization_parse, P(1), P(2), N(3)) {
    pp_bytes *lines;
    arg_struct(1, sizeof(pp_credentials));
    arg_spans(2, authorization, sizeof authorization - 1, 3);
    lines = (pp_bytes *)P(2);
    lines[0].len = lines[2].len = 0; /* two tokens would be malformed */
}

FUNCTION(pp_authorization_token, P(1), N(2), P(3), P(4), N(5)) {
    pp_bytes *lines;
    arg_output(1, 512);
    arg_spans(4, authorization, sizeof authorization - 1, 5);
    lines = (pp_bytes *)P(4);
    lines[0].len = lines[2].len = 0; /* two tokens would be malformed */
}

FUNCTION(pp_authorization_write, P(1), N(2), P(3), P(4), N(5), (int32_t)N(6)) {
    arg_output(1, 1024);
    arg_sized_input(4, flow.token, flow.token_len);
    arg_number(6, PP_PROFILE_AUTO);
}

FUNCTION(pp_base64url_encode, P(1), N(2), P(3), P(4), N(5)) {
    arg_output(1, 1024);
    arg_input(4, flow.token, flow.token_len);
}

FUNCTION(pp_base64url_decode, P(1), N(2), P(3), P(4), N(5)) {
    static uint8_t text[] = "AAIAAA==";
    arg_output(1, 64);
    arg_input(4, text, sizeof text - 1);
}

int main(void) {
    pp_bytes line;
    flow_begin();
    line.data = header;
    line.len = sizeof header - 1;
    CHECK_OK(pp_challenges_begin(&challenges, &line, 1, NULL));
    CHECK_OK(pp_challenges_next(&challenges, &item, NULL));
    CHECK_SIZE(PP_ITEM_CHALLENGE, item.kind);
    CHECK_OK(pp_challenges_begin(&challenges, &line, 1, NULL));
    parameters.challenge.data = flow.challenge;
    parameters.challenge.len = flow.challenge_len;
    parameters.realm = flow_text("realm");
    RUN(pp_challenges_begin);
    RUN(pp_challenges_next);
    RUN(pp_parameter_value_decode);
    RUN(pp_parameter_value_text);
    RUN(pp_www_authenticate_write);
    RUN(pp_www_authenticate_write_greased);
    RUN(pp_authorization_parse);
    RUN(pp_authorization_token);
    RUN(pp_authorization_write);
    RUN(pp_base64url_encode);
    RUN(pp_base64url_decode);

    test_step("functions that return no status");
    CHECK_SIZE(1, pp_media_type_is((const uint8_t *)PP_MEDIA_TYPE_TOKEN_REQUEST, strlen(PP_MEDIA_TYPE_TOKEN_REQUEST),
                                   PP_MEDIA_TYPE_TOKEN_REQUEST));
    CHECK_SIZE(0, pp_media_type_is(NULL, 1, PP_MEDIA_TYPE_TOKEN_REQUEST));
    CHECK_SIZE(0, pp_media_type_is(NULL, 0, PP_MEDIA_TYPE_TOKEN_REQUEST));
    CHECK_SIZE(0, pp_media_type_is(header, ARG_TOO_MANY, PP_MEDIA_TYPE_TOKEN_REQUEST));
    CHECK_SIZE(0, pp_media_type_is(header, sizeof header, NULL));
    CHECK(strcmp("unknown", pp_skip_reason_name(INT32_MIN)) == 0);
    CHECK(strcmp("unknown", pp_skip_reason_name(0)) == 0);
    flow_end();
    return test_end();
}
