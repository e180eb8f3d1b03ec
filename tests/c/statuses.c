/* Every status that the header lists for messages, headers, directories and schedules, and the attester's. */
#include "test.h"

#define NOW UINT64_C(1700000000)

static uint8_t out[4096];
static size_t out_len;
static pp_detail detail;

static pp_bytes span(const char *text) {
    pp_bytes bytes;
    bytes.data = (const uint8_t *)text;
    bytes.len = strlen(text);
    return bytes;
}

static const uint8_t *text(const char *characters) { return (const uint8_t *)characters; }

static void messages(void) {
    pp_token_type_sizes sizes;
    pp_token_challenge fields;
    char names[2 * (PP_ORIGINS_MAX + 1)];
    int i;
    pp_detail detail;
    test_step("token types and challenges");
    CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_token_type_get_sizes(&sizes, 0x0BAD, NULL));
    memset(&fields, 0, sizeof fields);
    fields.token_type = PP_TOKEN_TYPE_BLIND_RSA_2048;
    CHECK_STATUS(PP_ERR_MISUSE, pp_token_challenge_write(out, sizeof out, &out_len, &fields, &detail)); /* no name */
    CHECK(detail.argument == 4);
    fields.issuer_name = span("issuer.example");
    fields.origin_info = span("origin.example,");
    CHECK_STATUS(PP_ERR_MISUSE, pp_token_challenge_write(out, sizeof out, &out_len, &fields, NULL));
    fields.origin_info = span("origin.example");
    fields.redemption_context = span("not 32 bytes");
    CHECK_STATUS(PP_ERR_MISUSE, pp_token_challenge_write(out, sizeof out, &out_len, &fields, NULL));
    fields.redemption_context = span("");
    for (i = 0; i <= PP_ORIGINS_MAX; i++) {
        names[2 * i] = 'a';
        names[2 * i + 1] = ',';
    }
    fields.origin_info.data = text(names);
    fields.origin_info.len = 2 * PP_ORIGINS_MAX + 1;
    CHECK_STATUS(PP_ERR_LIMIT, pp_token_challenge_write(out, sizeof out, &out_len, &fields, NULL));
    fields.origin_info.len = 2 * PP_ORIGINS_MAX - 1;
    CHECK_OK(pp_token_challenge_write(out, sizeof out, &out_len, &fields, NULL));
    CHECK_OK(pp_token_challenge_check_origin(out, out_len, text("A:443"), 5, NULL));
    CHECK_STATUS(PP_ERR_CHALLENGE_MISMATCH, pp_token_challenge_check_origin(out, out_len, text("b"), 1, NULL));
    CHECK_STATUS(PP_ERR_MALFORMED, pp_token_challenge_check_origin(out, out_len - 1, text("a"), 1, NULL));
}

static void attester(void) {
    pp_token_type_sizes sizes;
    test_step("what an attester sees of a response");
    CHECK_OK(pp_token_type_get_sizes(&sizes, PP_TOKEN_TYPE_VOPRF_P384, NULL));
    CHECK_STATUS(PP_ERR_MALFORMED,
                 pp_attester_check_response(PP_TOKEN_TYPE_VOPRF_P384, out, sizes.token_response - 1, &detail));
    CHECK_SIZE(sizes.token_response, detail.offset);
    CHECK_STATUS(PP_ERR_MALFORMED,
                 pp_attester_check_response(PP_TOKEN_TYPE_VOPRF_P384, out, sizes.token_response + 1, &detail));
    CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_attester_check_response(0x0BAD, out, sizes.token_response, NULL));
}

static void values(void) {
    pp_parameter_value value;
    test_step("values of parameters, and base64url");
    memset(&value, 0, sizeof value);
    CHECK_STATUS(PP_ERR_MISUSE, pp_parameter_value_decode(out, sizeof out, &out_len, &value, NULL));
    CHECK_STATUS(PP_ERR_MISUSE, pp_parameter_value_text(out, sizeof out, &out_len, &value, NULL));
    value.data = text("AAA*");
    value.len = 4;
    CHECK_STATUS(PP_ERR_MALFORMED, pp_parameter_value_decode(out, sizeof out, &out_len, &value, &detail));
    CHECK_SIZE(3, detail.offset);
    value.data = text("a\n");
    value.len = 2;
    value.quoted = 1;
    CHECK_STATUS(PP_ERR_MALFORMED, pp_parameter_value_text(out, sizeof out, &out_len, &value, &detail));
    CHECK_SIZE(1, detail.offset);
    CHECK_STATUS(PP_ERR_MALFORMED, pp_base64url_decode(out, sizeof out, &out_len, text("AA*A"), 4, &detail));
    CHECK_SIZE(2, detail.offset);
}

/* What pp_origin_redeem is given: nothing, a token, and never a size that only a peer could be blamed for. */
static void authorization_token(void) {
    char header[1000] = "PrivateToken token=";
    uint8_t token[PP_TOKEN_MAX_BYTES];
    size_t len = 77;
    pp_bytes line = PP_TEXT("Basic abc");
    CHECK_OK(pp_authorization_token(token, sizeof token, &len, &line, 1, NULL));
    CHECK_SIZE(0, len);
    /* 472 characters are 354 bytes, the largest token; four more are three bytes more. */
    memset(header + 19, 'A', 472);
    line.data = text(header);
    line.len = 19 + 472;
    CHECK_OK(pp_authorization_token(token, sizeof token, &len, &line, 1, NULL));
    CHECK_SIZE(PP_TOKEN_MAX_BYTES, len);
    CHECK_ZERO(token, len);
    CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL, pp_authorization_token(token, sizeof token - 1, &len, &line, 1, NULL));
    CHECK_SIZE(PP_TOKEN_MAX_BYTES, len);
    memset(header + 19, 'A', 476);
    line.len = 19 + 476;
    CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_authorization_token(token, sizeof token, &len, &line, 1, NULL));
    CHECK_SIZE(0, len);
    header[21] = 'I'; /* type 0x0002 */
    CHECK_STATUS(PP_ERR_MALFORMED, pp_authorization_token(token, sizeof token, &len, &line, 1, NULL));
    CHECK_SIZE(0, len);
}

static void headers(void) {
    pp_challenge_parameters parameters[2];
    static uint8_t random[PP_GREASE_RANDOM_BYTES];
    pp_credentials credentials;
    pp_bytes lines[2];
    test_step("headers");
    memset(parameters, 0, sizeof parameters);
    parameters[0].challenge = parameters[1].challenge = span("\x02\x02");
    CHECK_STATUS(PP_ERR_MISUSE, pp_www_authenticate_write(out, sizeof out, &out_len, parameters, 0, 0, NULL));
    CHECK_STATUS(PP_ERR_MISUSE, pp_www_authenticate_write_greased(out, sizeof out, &out_len, parameters, 0, 0, random, NULL));
    CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_www_authenticate_write(out, sizeof out, &out_len, parameters, 2, 3, NULL));
    CHECK_STATUS(PP_ERR_UNSUPPORTED,
                 pp_www_authenticate_write_greased(out, sizeof out, &out_len, parameters, 2, -1, random, NULL));
    parameters[1].realm = span("line\nfeed");
    CHECK_STATUS(PP_ERR_MISUSE, pp_www_authenticate_write(out, sizeof out, &out_len, parameters, 2, 0, &detail));
    CHECK_SIZE(1, detail.index);
    CHECK_STATUS(PP_ERR_MISUSE,
                 pp_www_authenticate_write_greased(out, sizeof out, &out_len, parameters, 2, 0, random, &detail));
    CHECK_SIZE(1, detail.index);
    parameters[1].realm = span("two words");
    CHECK_STATUS(PP_ERR_MISUSE, pp_www_authenticate_write(out, sizeof out, &out_len, parameters, 2, PP_PROFILE_UNQUOTED, NULL));
    parameters[1].realm = span("");
    parameters[1].challenge.len = 1;
    CHECK_STATUS(PP_ERR_MISUSE, pp_www_authenticate_write(out, sizeof out, &out_len, parameters, 2, 0, &detail));
    CHECK_SIZE(1, detail.index);
    lines[0] = span("Basic abc");
    lines[1] = span("PrivateToken token=A");
    CHECK_STATUS(PP_ERR_MALFORMED, pp_authorization_parse(&credentials, lines, 2, &detail));
    CHECK_SIZE(1, detail.index);
    CHECK_STATUS(PP_ERR_MALFORMED, pp_authorization_token(out, sizeof out, &out_len, lines, 2, &detail));
    CHECK_SIZE(1, detail.index);
    CHECK_SIZE(0, out_len);
    authorization_token();
    CHECK_STATUS(PP_ERR_MISUSE, pp_authorization_write(out, sizeof out, &out_len, text("a"), 1, 0, NULL));
    CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_authorization_write(out, sizeof out, &out_len, text("ab"), 2, 3, NULL));
}

static void directories(void) {
    static uint8_t large[PP_DIRECTORY_MAX_BYTES + 1];
    static const char json[] = "{\"issuer-request-uri\":\"/r\",\"token-keys\":[{\"token-type\":2,\"token-key\":\"AAEC\"}]}";
    uint8_t id[PP_TOKEN_KEY_ID_BYTES] = {0};
    pp_directory *directory;
    pp_directory_key keys[2];
    test_step("directories");
    memset(large, ' ', sizeof large);
    CHECK_STATUS(PP_ERR_LIMIT, pp_directory_parse(&directory, large, sizeof large, NULL));
    CHECK_STATUS(PP_ERR_MALFORMED, pp_directory_parse(&directory, large, sizeof large - 1, NULL));
    CHECK_STATUS(PP_ERR_MALFORMED, pp_directory_parse(&directory, text("[]"), 2, NULL));
    CHECK_OK(pp_directory_parse(&directory, text(json), strlen(json), NULL));
    CHECK_STATUS(PP_ERR_MISUSE, pp_directory_key_at(directory, keys, 1, &detail));
    CHECK_SIZE(3, detail.argument);
    CHECK_STATUS(PP_ERR_UNKNOWN_KEY, pp_directory_key_for(directory, keys, PP_TOKEN_TYPE_VOPRF_P384, NOW, NULL));
    CHECK_STATUS(PP_ERR_UNKNOWN_KEY, pp_directory_find(directory, keys, id, NULL));
    CHECK_OK(pp_directory_key_at(directory, &keys[0], 0, NULL));
    CHECK_STATUS(PP_ERR_MISUSE, pp_directory_write(out, sizeof out, &out_len, text("\xFF"), 1, keys, 1, &detail));
    CHECK_SIZE(4, detail.argument);
    keys[1] = keys[0];
    keys[1].token_key.data = NULL;
    CHECK_STATUS(PP_ERR_MISUSE, pp_directory_write(out, sizeof out, &out_len, text("/r"), 2, keys, 2, &detail));
    CHECK_SIZE(6, detail.argument);
    CHECK_SIZE(1, detail.index);
    pp_directory_free(directory);
}

static void lists(void) {
    static uint8_t large[PP_DIRECTORY_MAX_BYTES + 1];
    static const char json[] =
        "{\"issuer.example\": {\"token-keys\": [{\"token-type\": 2, \"token-key\": \"AAEC\", \"not-before\": 1}]}}";
    pp_issuer_list *list;
    pp_listed_issuer issuers[2];
    pp_directory_key key;
    pp_bytes name;
    size_t count;
    test_step("lists of issuers");
    memset(large, ' ', sizeof large);
    CHECK_STATUS(PP_ERR_LIMIT, pp_issuer_list_parse(&list, large, sizeof large, NULL));
    CHECK_STATUS(PP_ERR_MALFORMED, pp_issuer_list_parse(&list, large, sizeof large - 1, NULL));
    CHECK_OK(pp_issuer_list_parse(&list, text(json), strlen(json), NULL));
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_list_issuer_at(list, &name, &count, 1, &detail));
    CHECK_SIZE(4, detail.argument);
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_list_key_at(list, &key, 1, 0, &detail));
    CHECK_SIZE(3, detail.argument);
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_list_key_at(list, &key, 0, 1, &detail));
    CHECK_SIZE(4, detail.argument);
    CHECK_STATUS(PP_ERR_UNKNOWN_KEY, pp_issuer_list_find(list, &count, text("other.example"), 13, NULL));
    memset(issuers, 0, sizeof issuers);
    issuers[0].name = issuers[1].name = span("twice.example");
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_list_write(out, sizeof out, &out_len, issuers, 2, &detail));
    CHECK_SIZE(4, detail.argument);
    issuers[1].name = span("\xFF");
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_list_write(out, sizeof out, &out_len, issuers, 2, &detail));
    CHECK_SIZE(1, detail.index);
    pp_issuer_list_free(list);
}

/* Give the last byte of a key's identifier, by which requests name it. */
static uint8_t short_id(const uint8_t *key, size_t len, uint8_t *id) {
    CHECK_OK(pp_token_key_id_of(id, key, len, NULL));
    return id[PP_TOKEN_KEY_ID_BYTES - 1];
}

static void schedules(void) {
    uint8_t bytes[2] = {0, 0}, same[2] = {1, 0}, id[PP_TOKEN_KEY_ID_BYTES], other_id[PP_TOKEN_KEY_ID_BYTES];
    pp_key_schedule *schedule;
    pp_scheduled_key key;
    test_step("key schedules");
    CHECK_OK(pp_key_schedule_new(&schedule, NULL));
    CHECK_STATUS(PP_ERR_EXPIRED, pp_key_schedule_directory(schedule, out, sizeof out, &out_len, text("/r"), 2, NOW, NULL));
    key.token_type = PP_TOKEN_TYPE_BLIND_RSA_2048;
    key.token_key.data = bytes;
    key.token_key.len = sizeof bytes;
    key.not_before = key.not_after = NOW;
    CHECK_STATUS(PP_ERR_MISUSE, pp_key_schedule_add(schedule, &key, NOW, &detail));
    CHECK_SIZE(2, detail.argument);
    key.not_after = NOW + 10;
    CHECK_OK(pp_key_schedule_add(schedule, &key, NOW, NULL));
    while (short_id(same, sizeof same, other_id) != short_id(bytes, sizeof bytes, id)) {
        if (++same[1] == 0) {
            same[0]++;
        }
    }
    key.token_key.data = same;
    CHECK_STATUS(PP_ERR_EXHAUSTED, pp_key_schedule_add(schedule, &key, NOW, NULL));
    CHECK_STATUS(PP_ERR_MISUSE, pp_key_schedule_key_at(schedule, &key, 1, &detail));
    CHECK_SIZE(3, detail.argument);
    CHECK_STATUS(PP_ERR_UNKNOWN_KEY, pp_key_schedule_retire(schedule, other_id, NOW, NULL));
    CHECK_STATUS(PP_ERR_EXHAUSTED, pp_key_schedule_retire(schedule, id, NOW, NULL));
    CHECK_STATUS(PP_ERR_MISUSE,
                 pp_key_schedule_directory(schedule, out, sizeof out, &out_len, text("\xFF"), 1, NOW, &detail));
    CHECK_SIZE(5, detail.argument);
    CHECK_STATUS(PP_ERR_EXPIRED,
                 pp_key_schedule_directory(schedule, out, sizeof out, &out_len, text("/r"), 2, NOW + 10, NULL));
    pp_key_schedule_free(schedule);
}

int main(void) {
    messages();
    attester();
    values();
    headers();
    directories();
    lists();
    schedules();
    return test_end();
}
