/* RFC 9577: the messages of appendix A.1, the reserved types, and parsers that take what is a message and nothing near it. */
#include "vectors.h"

/* Check that a span is within the bytes that were given. */
static void check_inside(pp_bytes span, const uint8_t *data, size_t len) {
    CHECK(span.len == 0 || (span.data >= data && span.data + span.len <= data + len));
}

/* A block of exactly this size, so that a parser that reads on is seen. */
static uint8_t *block_of(const uint8_t *data, size_t len) {
    uint8_t *block = (uint8_t *)malloc(len + (len == 0));
    CHECK(block != NULL);
    memcpy(block, data, len);
    return block;
}

/* All that is shorter by any number of bytes is malformed, and says where; so is what is longer by one. */
#define NOTHING_NEAR(type, parse, data, data_len)                                       \
    do {                                                                                \
        size_t at_;                                                                     \
        for (at_ = 0; at_ <= (data_len) + 1; at_++) {                                   \
            pp_detail detail_;                                                          \
            type parsed_;                                                               \
            uint8_t longer_[1024] = {0}, *block_;                                       \
            memcpy(longer_, (data), (data_len));                                        \
            block_ = block_of(longer_, at_);                                            \
            memset(&parsed_, 0, sizeof parsed_);                                        \
            if (at_ == (data_len)) {                                                    \
                CHECK_OK(parse(&parsed_, block_, at_, &detail_));                       \
                CHECK_SIZE(PP_NONE, detail_.offset);                                    \
            } else {                                                                    \
                CHECK_STATUS(PP_ERR_MALFORMED, parse(&parsed_, block_, at_, &detail_)); \
                CHECK_STATUS(PP_ERR_MALFORMED, detail_.status);                         \
                CHECK(detail_.offset <= at_);                                           \
                CHECK_ZERO(&parsed_, sizeof parsed_);                                   \
            }                                                                           \
            free(block_);                                                               \
        }                                                                               \
    } while (0)

static void appendix_a1(void) {
    static test_vectors vectors;
    unsigned greased = 0;
    test_vectors_open(&vectors, "rfc9577/challenge.json");
    while (test_vectors_next(&vectors)) {
        uint8_t challenge[256], input[98], want[256], out[256], digest[PP_CHALLENGE_DIGEST_BYTES];
        size_t len, want_len, input_len, out_len;
        pp_token_challenge parsed;
        uint16_t type;

        CHECK_SIZE(2, test_vectors_hex(&vectors, "token_type", want, sizeof want));
        type = (uint16_t)(want[0] << 8 | want[1]);
        if (!test_vectors_has(&vectors, "issuer_name")) { /* arbitrary bytes: only the type counts */
            CHECK(pp_token_type_is_grease(type) == 1);
            greased++;
            continue;
        }
        len = test_vectors_hex(&vectors, "_derived_token_challenge", challenge, sizeof challenge);
        CHECK_OK(pp_token_challenge_parse(&parsed, challenge, len, NULL));
        CHECK_SIZE(type, parsed.token_type);
        CHECK(pp_token_type_is_grease(type) == 0);
        want_len = test_vectors_hex(&vectors, "issuer_name", want, sizeof want);
        CHECK_BYTES(want, want_len, parsed.issuer_name.data, parsed.issuer_name.len);
        check_inside(parsed.issuer_name, challenge, len);
        want_len = test_vectors_hex(&vectors, "redemption_context", want, sizeof want);
        CHECK_BYTES(want, want_len, parsed.redemption_context.data, parsed.redemption_context.len);
        check_inside(parsed.redemption_context, challenge, len);
        want_len = test_vectors_hex(&vectors, "origin_info", want, sizeof want);
        CHECK_BYTES(want, want_len, parsed.origin_info.data, parsed.origin_info.len);
        check_inside(parsed.origin_info, challenge, len);

        /* Written again it is the same; every shorter buffer is too short. */
        for (out_len = 0; out_len < len; out_len++) {
            size_t needed = 7;
            CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL, pp_token_challenge_write(out, out_len, &needed, &parsed, NULL));
            CHECK_SIZE(len, needed);
        }
        CHECK_OK(pp_token_challenge_write(out, len, &out_len, &parsed, NULL));
        CHECK_BYTES(challenge, len, out, out_len);

        /* What the authenticator covers: type, nonce, digest, key. */
        CHECK_OK(pp_token_challenge_digest(digest, challenge, len, NULL));
        input[0] = (uint8_t)(type >> 8);
        input[1] = (uint8_t)type;
        CHECK_SIZE(32, test_vectors_hex(&vectors, "nonce", input + 2, 32));
        memcpy(input + 34, digest, sizeof digest);
        CHECK_SIZE(32, test_vectors_hex(&vectors, "token_key_id", input + 66, 32));
        input_len = test_vectors_hex(&vectors, "token_authenticator_input", want, sizeof want);
        CHECK_BYTES(want, input_len, input, sizeof input);

        NOTHING_NEAR(pp_token_challenge, pp_token_challenge_parse, challenge, len);
    }
    test_vectors_close(&vectors, 6);
    CHECK_SIZE(1, greased);
}

/* The reserved types of section 6.2.1, and how many of all there are. */
static void grease(void) {
    static const uint16_t reserved[] = {0x0000, 0x02AA, 0x1132, 0x2E96, 0x3CD3, 0x4473, 0x5A63, 0x6D32, 0x7F3F,
                                        0x8D07, 0x916B, 0xA6A4, 0xBEAB, 0xC3F3, 0xDA42, 0xE944, 0xF057};
    pp_token_type_sizes sizes;
    uint32_t type;
    size_t i, count = 0, supported = 0;
    for (i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        CHECK(pp_token_type_is_grease(reserved[i]) == 1);
    }
    for (type = 0; type <= 0xFFFF; type++) {
        count += pp_token_type_is_grease((uint16_t)type) == 1;
        supported += pp_token_type_get_sizes(&sizes, (uint16_t)type, NULL) == PP_OK;
    }
    CHECK_SIZE(sizeof reserved / sizeof reserved[0], count);
    CHECK_SIZE(2, supported);
    CHECK_OK(pp_token_type_get_sizes(&sizes, PP_TOKEN_TYPE_VOPRF_P384, NULL));
    CHECK(sizes.token_key == 49 && sizes.token_request == 52 && sizes.token_response == 145);
    CHECK(sizes.authenticator == 48 && sizes.token == 146);
    CHECK_OK(pp_token_type_get_sizes(&sizes, PP_TOKEN_TYPE_BLIND_RSA_2048, NULL));
    CHECK(sizes.token_key == 342 && sizes.token_request == 259 && sizes.token_response == 256);
    CHECK(sizes.authenticator == 256 && sizes.token == 354);
}

/* Tokens and requests of the published vectors, cut and longer. */
static void tokens_and_requests(const char *file, uint16_t type) {
    static test_vectors vectors;
    pp_token_type_sizes sizes;
    CHECK_OK(pp_token_type_get_sizes(&sizes, type, NULL));
    test_vectors_open(&vectors, file);
    while (test_vectors_next(&vectors)) {
        uint8_t bytes[PP_TOKEN_MAX_BYTES], id[PP_TOKEN_KEY_ID_BYTES], key[PP_TOKEN_KEY_MAX_BYTES];
        pp_token token;
        pp_token_request request;
        size_t len, key_len = test_vectors_hex(&vectors, "pkS", key, sizeof key);

        CHECK_OK(pp_token_key_id_of(id, key, key_len, NULL));
        len = test_vectors_hex(&vectors, "token", bytes, sizeof bytes);
        CHECK_SIZE(sizes.token, len);
        CHECK_OK(pp_token_parse(&token, bytes, len, NULL));
        CHECK_SIZE(type, token.token_type);
        CHECK(token.nonce.data == bytes + 2 && token.nonce.len == 32);
        CHECK(token.challenge_digest.data == bytes + 34 && token.challenge_digest.len == 32);
        CHECK(token.token_key_id.data == bytes + 66 && token.token_key_id.len == 32);
        CHECK_BYTES(id, sizeof id, token.token_key_id.data, token.token_key_id.len);
        CHECK(token.authenticator.data == bytes + 98 && token.authenticator.len == sizes.authenticator);
        NOTHING_NEAR(pp_token, pp_token_parse, bytes, len);

        /* Of an unknown type the authenticator is all that is left; even nothing. */
        bytes[0] = 0xF0;
        CHECK_OK(pp_token_parse(&token, bytes, len - 3, NULL));
        CHECK_SIZE(len - 3 - 98, token.authenticator.len);
        CHECK_OK(pp_token_parse(&token, bytes, 98, NULL));
        CHECK_SIZE(0, token.authenticator.len);
        CHECK_STATUS(PP_ERR_MALFORMED, pp_token_parse(&token, bytes, 97, NULL));

        len = test_vectors_hex(&vectors, "token_request", bytes, sizeof bytes);
        CHECK_SIZE(sizes.token_request, len);
        CHECK_OK(pp_token_request_parse(&request, bytes, len, NULL));
        CHECK_SIZE(type, request.token_type);
        CHECK_SIZE(id[31], request.truncated_token_key_id);
        CHECK(request.blinded_msg.data == bytes + 3 && request.blinded_msg.len == len - 3);
        NOTHING_NEAR(pp_token_request, pp_token_request_parse, bytes, len);
    }
    test_vectors_close(&vectors, 5);
}

static pp_status parse_text(const char *data, size_t len, pp_detail *detail) {
    pp_token_challenge parsed;
    return pp_token_challenge_parse(&parsed, (const uint8_t *)data, len, detail);
}

/* Challenges whose lengths hold and whose fields do not. */
static void fields_of_challenges(void) {
    pp_detail detail;
    CHECK_OK(parse_text("\0\2\0\1i\0\0\0", 8, NULL));
    CHECK_OK(parse_text("\xda\x42\0\1i\0\0\0", 8, NULL)); /* any type */
    CHECK_STATUS(PP_ERR_MALFORMED, parse_text("\0\2\0\0\0\0\0", 7, &detail)); /* no issuer */
    CHECK_SIZE(2, detail.offset);
    CHECK_STATUS(PP_ERR_MALFORMED, parse_text("\0\2\0\1\x80\0\0\0", 8, &detail)); /* not ASCII */
    CHECK_SIZE(2, detail.offset);
    CHECK_STATUS(PP_ERR_MALFORMED, parse_text("\0\2\0\1i\1c\0\0", 9, &detail)); /* a context of one byte */
    CHECK_SIZE(5, detail.offset);
    CHECK_STATUS(PP_ERR_MALFORMED, parse_text("\0\2\0\1i\0\0\1,", 9, &detail)); /* two empty names */
    CHECK_SIZE(6, detail.offset);
    CHECK_STATUS(PP_ERR_MALFORMED, parse_text("\0\2\0\1i\0\0\2a,", 10, &detail));
    CHECK_STATUS(PP_ERR_MALFORMED, parse_text("\0\2\xff\xffi\0\0\0", 8, &detail));
    CHECK_STATUS(PP_ERR_MALFORMED, parse_text(NULL, 0, &detail));
    CHECK_SIZE(0, detail.offset);
}

/* Names: letters compare without case, and port 443 is implied. */
static void names(void) {
    static const struct {
        const char *origins, *origin;
        int fits;
    } cases[] = {{"", "any.example", 1},
                 {"a.example", "a.example", 1},
                 {"a.example", "A.EXAMPLE:443", 1},
                 {"a.example:443", "a.example", 1},
                 {"a.example", "a.example:444", 0},
                 {"a.example", "a.example.", 0},
                 {"a.example", "b.a.example", 0},
                 {"a.example", "a.exampl", 0},
                 {"a.example", "", 0},
                 {"b.example,a.example:8443", "a.example:8443", 1},
                 {"b.example,a.example", "b.example,a.example", 0}};
    size_t i;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const uint8_t *origin = (const uint8_t *)cases[i].origin, *origins = (const uint8_t *)cases[i].origins;
        size_t origin_len = strlen(cases[i].origin), origins_len = strlen(cases[i].origins), len;
        pp_token_challenge fields;
        uint8_t challenge[64];
        memset(&fields, 0, sizeof fields);
        fields.token_type = 2;
        fields.issuer_name.data = (const uint8_t *)"i";
        fields.issuer_name.len = 1;
        fields.origin_info.data = origins;
        fields.origin_info.len = origins_len;
        CHECK_OK(pp_token_challenge_write(challenge, sizeof challenge, &len, &fields, NULL));
        CHECK_STATUS(cases[i].fits ? PP_OK : PP_ERR_CHALLENGE_MISMATCH,
                     pp_token_challenge_check_origin(challenge, len, origin, origin_len, NULL));
        CHECK_STATUS(PP_ERR_MALFORMED, pp_token_challenge_check_origin(challenge, len - 1, origin, origin_len, NULL));
        if (strchr(cases[i].origins, ',') == NULL && origins_len > 0) {
            CHECK(pp_same_name(origins, origins_len, origin, origin_len) == cases[i].fits);
            CHECK(pp_same_name(origin, origin_len, origins, origins_len) == cases[i].fits);
        }
    }
    CHECK(pp_same_name(NULL, 1, NULL, 1) == 0);
    CHECK(pp_same_name((const uint8_t *)"\xff", 1, (const uint8_t *)"\xff", 1) == 0);
}

int main(void) {
    test_step("appendix A.1: challenges");
    appendix_a1();
    test_step("section 6.2.1: reserved types, and the sizes of ours");
    grease();
    test_step("tokens and requests");
    tokens_and_requests("rfc9578/type1.json", PP_TOKEN_TYPE_VOPRF_P384);
    tokens_and_requests("rfc9578/type2.json", PP_TOKEN_TYPE_BLIND_RSA_2048);
    test_step("fields of challenges");
    fields_of_challenges();
    test_step("names");
    names();
    return test_end();
}
