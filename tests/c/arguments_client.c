/* The rules at the top of the header, on every argument: the client, and its twin for test vectors. */
#include "arguments_flow.h"

static uint8_t blob[PP_SEALED_MAX_BYTES];
static size_t blob_len;

FUNCTION(pp_client_begin, P(1), P(2), P(3), N(4), P(5), P(6), N(7), P(8)) {
    flow_token_key(1);
    arg_struct(2, sizeof(pp_pending_token));
    arg_output(3, PP_TOKEN_REQUEST_MAX_BYTES);
    arg_input(6, flow.challenge, flow.challenge_len);
    flow_rng(8);
}

FUNCTION(pp_client_begin_many, P(1), P(2), P(3), N(4), P(5), N(6), P(7)) {
    flow_token_key(1);
    arg_array(2, sizeof(pp_pending_token), 8, 4);
    arg_buffers(3, PP_TOKEN_REQUEST_MAX_BYTES, 4);
    arg_input(5, flow.challenge, flow.challenge_len);
    flow_rng(7);
}

FUNCTION(pp_client_finish, P(1), P(2), P(3), N(4), P(5), P(6), N(7)) {
    flow_token_key(1);
    arg_value(2, flow.pending, sizeof(pp_pending_token), PP_ERR_ALREADY_USED);
    arg_output(3, PP_TOKEN_MAX_BYTES);
    arg_input(6, flow.response, flow.response_len);
}

FUNCTION(pp_client_finish_many, P(1), P(2), P(3), P(4), P(5), N(6)) {
    flow_token_key(1);
    arg_values(2, flow.pending, sizeof(pp_pending_token), 6);
    arg_buffers(3, PP_TOKEN_MAX_BYTES, 6);
    arg_array(4, sizeof(pp_status), 4, 6);
    arg_spans(5, flow.response, flow.response_len, 6);
}

FUNCTION(pp_pending_token_key_id, P(1), P(2)) {
    arg_value(1, flow.pending, sizeof(pp_pending_token), PP_ERR_ALREADY_USED);
    arg_bytes(2, PP_TOKEN_KEY_ID_BYTES);
}

FUNCTION(pp_pending_token_digest, P(1), P(2)) {
    arg_value(1, flow.pending, sizeof(pp_pending_token), PP_ERR_ALREADY_USED);
    arg_bytes(2, PP_CHALLENGE_DIGEST_BYTES);
}

FUNCTION(pp_pending_token_seal, P(1), P(2), N(3), P(4), P(5)) {
    arg_value(1, flow.pending, sizeof(pp_pending_token), PP_ERR_ALREADY_USED);
    arg_output(2, PP_SEALED_MAX_BYTES);
    flow_token_key(5);
}

FUNCTION(pp_pending_token_open, P(1), P(2), N(3), P(4)) {
    arg_struct(1, sizeof(pp_pending_token));
    arg_changed(2, blob, blob_len);
    flow_token_key(4);
}

FUNCTION(pp_sealed_token_key_id, P(1), P(2), N(3)) {
    arg_bytes(1, PP_TOKEN_KEY_ID_BYTES);
    arg_input(2, blob, blob_len);
}

FUNCTION(pp_hazmat_client_begin, P(1), P(2), P(3), N(4), P(5), P(6), N(7), P(8), P(9), N(10)) {
    static uint8_t nonce[PP_NONCE_BYTES], blind[PP_HAZMAT_VOPRF_P384_BYTES];
    blind[sizeof blind - 1] = 7;
    flow_token_key(1);
    arg_struct(2, sizeof(pp_pending_token));
    arg_output(3, PP_TOKEN_REQUEST_MAX_BYTES);
    arg_input(6, flow.challenge, flow.challenge_len);
    arg_fixed_input(8, nonce);
    arg_sized_input(9, blind, sizeof blind);
}

/* A state that nothing happened to makes the token. Its bytes cannot be compared: some were never set. */
static void check_unspent(pp_pending_token *pending) {
    uint8_t token[PP_TOKEN_MAX_BYTES];
    size_t len;
    CHECK_OK(pp_client_finish(flow.token_key, pending, token, sizeof token, &len, flow.response, flow.response_len, NULL));
    CHECK_BYTES(flow.token, flow.token_len, token, len);
    CHECK_ZERO(pending, sizeof *pending);
}

/* Batches in which a buffer is one byte too small. */

static void short_requests(void) {
    pp_pending_token pending[2];
    uint8_t room[2][PP_TOKEN_REQUEST_MAX_BYTES];
    pp_buffer requests[2];
    pp_detail detail;
    pending[0] = pending[1] = flow.pending[0];
    memset(room, 1, sizeof room);
    requests[0].data = room[0];
    requests[0].capacity = flow.request_len - 1;
    requests[1] = requests[0];
    requests[1].data = room[1];
    CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL,
                 pp_client_begin_many(flow.token_key, pending, requests, 2, flow.challenge, flow.challenge_len, &flow.rng,
                                      &detail));
    CHECK_SIZE(0, detail.index);
    CHECK_SIZE(flow.request_len, detail.offset);
    CHECK_SIZE(flow.request_len, requests[0].len);
    CHECK_SIZE(flow.request_len, requests[1].len);
    CHECK_SIZE(1, room[0][0]);
    requests[0].capacity = flow.request_len;
    CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL,
                 pp_client_begin_many(flow.token_key, pending, requests, 2, flow.challenge, flow.challenge_len, &flow.rng,
                                      &detail));
    CHECK_SIZE(1, detail.index);
    CHECK_SIZE(flow.request_len, requests[0].len);
    CHECK_SIZE(flow.request_len, requests[1].len);
    check_unspent(&pending[0]);
    check_unspent(&pending[1]);
}

static void short_tokens(void) {
    pp_pending_token pending[2];
    uint8_t room[2][PP_TOKEN_MAX_BYTES];
    pp_buffer tokens[2];
    pp_bytes responses[2];
    pp_status results[2];
    pending[0] = pending[1] = flow.pending[0];
    responses[0].data = responses[1].data = flow.response;
    responses[0].len = responses[1].len = flow.response_len;
    memset(room, 1, sizeof room);
    tokens[0].data = room[0];
    tokens[0].capacity = flow.token_len;
    tokens[1].data = room[1];
    tokens[1].capacity = flow.token_len - 1;
    CHECK_OK(pp_client_finish_many(flow.token_key, pending, tokens, results, responses, 2, NULL));
    CHECK_STATUS(PP_OK, results[0]);
    CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL, results[1]);
    CHECK_BYTES(flow.token, flow.token_len, tokens[0].data, tokens[0].len);
    CHECK_SIZE(flow.token_len, tokens[1].len);
    CHECK_SIZE(1, room[1][0]);
    CHECK_ZERO(&pending[0], sizeof pending[0]);
    tokens[1].capacity = flow.token_len;
    CHECK_OK(pp_client_finish_many(flow.token_key, &pending[1], &tokens[1], &results[1], responses, 1, NULL));
    CHECK_STATUS(PP_OK, results[1]);
    CHECK_BYTES(flow.token, flow.token_len, tokens[1].data, tokens[1].len);
}

static void broken_state_in_a_batch(void) {
    pp_pending_token pending[2];
    uint8_t room[2][PP_TOKEN_MAX_BYTES];
    pp_buffer tokens[2];
    pp_bytes responses[2];
    pp_status results[2] = {7, 7};
    pp_detail detail;
    pending[0] = pending[1] = flow.pending[0];
    pending[1].opaque[0] ^= 1;
    responses[0].data = responses[1].data = flow.response;
    responses[0].len = responses[1].len = flow.response_len;
    tokens[0].data = room[0];
    tokens[1].data = room[1];
    tokens[0].capacity = tokens[1].capacity = sizeof room[0];
    CHECK_STATUS(PP_ERR_MISUSE,
                 pp_client_finish_many(flow.token_key, pending, tokens, results, responses, 2, &detail));
    CHECK_SIZE(2, detail.argument);
    CHECK_SIZE(1, detail.index);
    CHECK(results[0] == 7 && results[1] == 7);
    check_unspent(&pending[0]);
}

int main(void) {
    pp_pending_token pending;
    flow_begin();
    RUN(pp_client_begin);
    RUN(pp_client_begin_many);
    RUN(pp_client_finish);
    RUN(pp_client_finish_many);
    RUN(pp_pending_token_key_id);
    RUN(pp_pending_token_digest);
    RUN(pp_pending_token_seal);
    pending = flow.pending[0];
    CHECK_OK(pp_pending_token_seal(&pending, blob, sizeof blob, &blob_len, flow.token_key, NULL));
    RUN(pp_pending_token_open);
    RUN(pp_sealed_token_key_id);
    RUN(pp_hazmat_client_begin);

    test_step("batches with buffers that are too small");
    short_requests();
    short_tokens();

    test_step("a batch with a state that is none");
    broken_state_in_a_batch();

    test_step("wiping NULL, and what holds nothing");
    pp_pending_token_wipe(NULL);
    memset(&pending, ARG_ANY, sizeof pending);
    pp_pending_token_wipe(&pending);
    CHECK_ZERO(&pending, sizeof pending);
    pp_pending_token_wipe(&pending);
    flow_end();
    return test_end();
}
