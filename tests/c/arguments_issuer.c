/* The rules at the top of the header, on every argument: the attester and the issuer. */
#include "arguments_flow.h"

FUNCTION(pp_attester_check_request, P(1), N(2), P(3), P(4), N(5)) {
    flow_token_keys(1);
    arg_struct(3, sizeof(size_t));
    arg_input(4, flow.request, flow.request_len);
}

FUNCTION(pp_attester_check_response, (uint16_t)N(1), P(2), N(3)) {
    arg_number(1, PP_TOKEN_TYPE_VOPRF_P384);
    arg_input(2, flow.response, flow.response_len);
}

FUNCTION(pp_issuer_issue, P(1), N(2), P(3), N(4), P(5), P(6), N(7), P(8)) {
    flow_issuer_keys(1);
    arg_output(3, PP_TOKEN_RESPONSE_MAX_BYTES);
    arg_input(6, flow.request, flow.request_len);
    flow_rng(8);
}

FUNCTION(pp_issuer_issue_many, P(1), N(2), P(3), P(4), P(5), N(6), P(7)) {
    flow_issuer_keys(1);
    arg_buffers(3, PP_TOKEN_RESPONSE_MAX_BYTES, 6);
    arg_array(4, sizeof(pp_status), 4, 6);
    arg_spans(5, flow.request, flow.request_len, 6);
    flow_rng(7);
}

FUNCTION(pp_issuer_issue_with_signer, P(1), N(2), P(3), N(4), P(5), P(6), N(7), P(8)) {
    flow_token_keys(1);
    arg_output(3, PP_TOKEN_RESPONSE_MAX_BYTES);
    arg_input(6, flow.request, flow.request_len);
    arg_table(8, &flow.signer, sizeof flow.signer, offsetof(pp_signer, sign));
}

FUNCTION(pp_issuer_begin, P(1), N(2), P(3), P(4), N(5)) {
    flow_token_keys(1);
    arg_struct(3, sizeof(pp_pending_issuance));
    arg_input(4, flow.request, flow.request_len);
}

FUNCTION(pp_pending_issuance_request, P(1), P(2)) {
    arg_value(1, &flow.issuance, sizeof flow.issuance, PP_ERR_MISUSE);
    arg_struct(2, sizeof(pp_signer_request));
}

FUNCTION(pp_issuer_finish, P(1), N(2), P(3), N(4), P(5), P(6), P(7), N(8)) {
    flow_token_keys(1);
    arg_output(3, PP_TOKEN_RESPONSE_MAX_BYTES);
    arg_value(6, &flow.issuance, sizeof flow.issuance, PP_ERR_MISUSE);
    arg_input(7, flow.response, flow.response_len);
}

/* A batch in which one buffer is one byte too small. */
static void short_responses(void) {
    const pp_issuer_key *keys[1];
    uint8_t room[2][PP_TOKEN_RESPONSE_MAX_BYTES];
    pp_buffer responses[2];
    pp_bytes requests[2];
    pp_status results[2];
    keys[0] = flow.issuer_key;
    requests[0].data = requests[1].data = flow.request;
    requests[0].len = requests[1].len = flow.request_len;
    memset(room, 1, sizeof room);
    responses[0].data = room[0];
    responses[0].capacity = flow.response_len - 1;
    responses[1].data = room[1];
    responses[1].capacity = flow.response_len;
    CHECK_OK(pp_issuer_issue_many(keys, 1, responses, results, requests, 2, &flow.rng, NULL));
    CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL, results[0]);
    CHECK_STATUS(PP_OK, results[1]);
    CHECK_SIZE(flow.response_len, responses[0].len);
    CHECK_SIZE(flow.response_len, responses[1].len);
    CHECK_SIZE(1, room[0][0]);
}

int main(void) {
    pp_pending_issuance issuance;
    flow_begin();
    RUN(pp_attester_check_request);
    RUN(pp_attester_check_response);
    RUN(pp_issuer_issue);
    RUN(pp_issuer_issue_many);
    RUN(pp_issuer_issue_with_signer);
    RUN(pp_issuer_begin);
    RUN(pp_pending_issuance_request);
    RUN(pp_issuer_finish);

    test_step("a batch with a buffer that is too small");
    short_responses();

    test_step("wiping NULL, and what holds nothing");
    pp_pending_issuance_wipe(NULL);
    memset(&issuance, ARG_ANY, sizeof issuance);
    pp_pending_issuance_wipe(&issuance);
    CHECK_ZERO(&issuance, sizeof issuance);
    flow_end();
    return test_end();
}
