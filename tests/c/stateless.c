/* Challenges that the origin need not store: over epochs, over processes, and whole flows with them. */
#include "roles.h"

static const uint8_t secret[PP_CHALLENGE_SECRET_BYTES] = {1, 2, 3, 4, 5, 6, 7};
#define EPOCH 60
#define NOW UINT64_C(1700000039) /* 59 seconds into an epoch */

static pp_token_challenge template_of(uint16_t token_type, const char *issuer, const char *origins) {
    pp_token_challenge fields;
    memset(&fields, 0, sizeof fields);
    fields.token_type = token_type;
    fields.issuer_name = roles_bytes(issuer, strlen(issuer));
    fields.origin_info = roles_bytes(origins, strlen(origins));
    return fields;
}

/* Say at which place the challenge stands among the digests that are accepted at a time; -1 if at none. */
static int accepted_at(const pp_stateless_challenges *maker, const pp_token_challenge *fields, const uint8_t *challenge,
                       size_t len, uint64_t now) {
    uint8_t digest[PP_CHALLENGE_DIGEST_BYTES], digests[PP_ACCEPTED_DIGESTS * PP_CHALLENGE_DIGEST_BYTES];
    int i;
    CHECK_OK(pp_token_challenge_digest(digest, challenge, len, NULL));
    CHECK_OK(pp_stateless_challenges_accepted(maker, digests, fields, now, NULL));
    for (i = 0; i < PP_ACCEPTED_DIGESTS; i++) {
        if (memcmp(digest, digests + i * PP_CHALLENGE_DIGEST_BYTES, sizeof digest) == 0) {
            return i;
        }
    }
    return -1;
}

static void epochs(void) {
    pp_token_challenge fields = template_of(2, "issuer.example", "origin.example,other.example"), parsed;
    pp_stateless_challenges maker, again; /* not set: _begin sets them */
    uint8_t first[128], second[128];
    pp_detail detail;
    uint64_t value;
    size_t len, second_len, cut;

    CHECK_OK(pp_stateless_challenges_begin(&maker, secret, EPOCH, &detail));
    ROLES_DETAIL(detail, PP_OK, 0, PP_NONE, PP_NONE);
    CHECK_OK(pp_stateless_challenges_write(&maker, first, sizeof first, &len, &fields, NOW, &detail));
    ROLES_DETAIL(detail, PP_OK, 0, PP_NONE, PP_NONE);
    CHECK_OK(pp_token_challenge_parse(&parsed, first, len, NULL));
    CHECK_SIZE(2, parsed.token_type);
    CHECK_SIZE(PP_REDEMPTION_CONTEXT_BYTES, parsed.redemption_context.len);
    CHECK_BYTES("issuer.example", 14, parsed.issuer_name.data, parsed.issuer_name.len);
    CHECK_BYTES("origin.example,other.example", 28, parsed.origin_info.data, parsed.origin_info.len);

    /* Another process with the secret makes the same; so does a later moment of the epoch, and no moment of another. */
    CHECK_OK(pp_stateless_challenges_begin(&again, secret, EPOCH, NULL));
    CHECK_OK(pp_stateless_challenges_write(&again, second, sizeof second, &second_len, &fields, NOW - 59, NULL));
    CHECK_BYTES(first, len, second, second_len);
    CHECK_OK(pp_stateless_challenges_write(&again, second, sizeof second, &second_len, &fields, NOW + 1, NULL));
    CHECK(second_len == len && memcmp(first, second, len) != 0);
    CHECK_OK(pp_stateless_challenges_write(&again, second, sizeof second, &second_len, &fields, NOW - 60, NULL));
    CHECK(second_len == len && memcmp(first, second, len) != 0);

    /* Accepted in its epoch and the next. */
    CHECK_SIZE(0, accepted_at(&again, &fields, first, len, NOW - 59));
    CHECK_SIZE(0, accepted_at(&again, &fields, first, len, NOW));
    CHECK_SIZE(1, accepted_at(&again, &fields, first, len, NOW + 1));
    CHECK_SIZE(1, accepted_at(&again, &fields, first, len, NOW + 60));
    CHECK(accepted_at(&again, &fields, first, len, NOW + 61) == -1);
    CHECK(accepted_at(&again, &fields, first, len, NOW - 60) == -1);
    CHECK_OK(pp_stateless_challenges_expiry(&maker, &value, NOW, NULL));
    CHECK_SIZE(NOW + 61, value);
    CHECK_OK(pp_stateless_challenges_max_age(&maker, &value, NOW, NULL));
    CHECK_SIZE(61, value);
    CHECK_OK(pp_stateless_challenges_max_age(&maker, &value, NOW - 59, NULL));
    CHECK_SIZE(120, value);

    /* The ends of time. */
    CHECK_OK(pp_stateless_challenges_expiry(&maker, &value, UINT64_MAX, NULL));
    CHECK(value == UINT64_MAX);
    CHECK_OK(pp_stateless_challenges_max_age(&maker, &value, UINT64_MAX, NULL));
    CHECK_SIZE(0, value);
    CHECK_OK(pp_stateless_challenges_write(&maker, second, sizeof second, &second_len, &fields, UINT64_MAX, NULL));
    CHECK_SIZE(0, accepted_at(&maker, &fields, second, second_len, UINT64_MAX));
    CHECK_OK(pp_stateless_challenges_write(&maker, second, sizeof second, &second_len, &fields, 0, NULL));
    CHECK_SIZE(0, accepted_at(&maker, &fields, second, second_len, 0));

    for (cut = 0; cut < len; cut++) {
        memset(second, 0, sizeof second);
        second_len = 7;
        CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL, pp_stateless_challenges_write(&maker, cut == 0 ? NULL : second, cut,
                                                                            &second_len, &fields, NOW, &detail));
        CHECK_SIZE(len, second_len);
        ROLES_DETAIL(detail, PP_ERR_BUFFER_TOO_SMALL, 0, len, PP_NONE);
    }
    CHECK_OK(pp_stateless_challenges_write(&maker, second, len, &second_len, &fields, NOW, NULL));
    CHECK_BYTES(first, len, second, second_len);
    pp_stateless_challenges_wipe(&maker);
    CHECK_ZERO(&maker, sizeof maker);
    pp_stateless_challenges_wipe(&again);
    pp_stateless_challenges_wipe(NULL);
}

/* All that a challenge says is bound, and the secret; nothing of one is accepted for another. */
static void binding(void) {
    static const uint8_t context[32] = {1}, other_context[32] = {2};
    uint8_t other_secret[PP_CHALLENGE_SECRET_BYTES];
    pp_token_challenge fields[6];
    pp_stateless_challenges maker, other;
    uint8_t challenge[128];
    size_t len, i, j;

    memcpy(other_secret, secret, sizeof secret);
    other_secret[31] ^= 1;
    CHECK_OK(pp_stateless_challenges_begin(&maker, secret, EPOCH, NULL));
    CHECK_OK(pp_stateless_challenges_begin(&other, other_secret, EPOCH, NULL));
    fields[0] = template_of(2, "issuer.example", "origin.example");
    fields[1] = template_of(1, "issuer.example", "origin.example");
    fields[2] = template_of(2, "issuer.exampl", "origin.example");
    fields[3] = template_of(2, "issuer.example", "");
    fields[4] = fields[0];
    fields[4].redemption_context = roles_bytes(context, sizeof context);
    fields[5] = fields[0];
    fields[5].redemption_context = roles_bytes(other_context, sizeof other_context);
    for (i = 0; i < 6; i++) {
        CHECK_OK(pp_stateless_challenges_write(&maker, challenge, sizeof challenge, &len, &fields[i], NOW, NULL));
        for (j = 0; j < 6; j++) {
            CHECK(accepted_at(&maker, &fields[j], challenge, len, NOW) == (i == j ? 0 : -1));
            CHECK(accepted_at(&other, &fields[j], challenge, len, NOW) == -1);
        }
    }
    pp_stateless_challenges_wipe(&maker);
    pp_stateless_challenges_wipe(&other);
}

static void misuse(void) {
    static char names[4 * (PP_ORIGINS_MAX + 1)];
    static const uint8_t context[31] = {1};
    static const char *const bad[] = {"", "no host", "\xC3\xA9.example", "a.example,b.example"};
    pp_token_challenge fields = template_of(2, "issuer.example", "origin.example");
    pp_stateless_challenges maker;
    uint8_t out[512], digests[PP_ACCEPTED_DIGESTS * PP_CHALLENGE_DIGEST_BYTES];
    pp_detail detail;
    uint64_t value = 77;
    size_t len = 7, i;

    /* One that holds nothing, whether empty, never set, or refused. */
    memset(&maker, 0, sizeof maker);
    for (i = 0; i < 2; i++) {
        CHECK_STATUS(PP_ERR_MISUSE, pp_stateless_challenges_write(&maker, out, sizeof out, &len, &fields, NOW, &detail));
        ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, PP_NONE);
        CHECK_STATUS(PP_ERR_MISUSE, pp_stateless_challenges_accepted(&maker, digests, &fields, NOW, &detail));
        ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, PP_NONE);
        CHECK_STATUS(PP_ERR_MISUSE, pp_stateless_challenges_expiry(&maker, &value, NOW, NULL));
        CHECK_STATUS(PP_ERR_MISUSE, pp_stateless_challenges_max_age(&maker, &value, NOW, NULL));
        memset(&maker, 0xA5, sizeof maker);
    }
    CHECK_SIZE(77, value);
    memset(&maker, 0, sizeof maker);
    CHECK_STATUS(PP_ERR_MISUSE, pp_stateless_challenges_begin(&maker, secret, 0, NULL));
    CHECK_STATUS(PP_ERR_MISUSE, pp_stateless_challenges_begin(&maker, NULL, EPOCH, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 2, PP_NONE, PP_NONE);
    CHECK_ZERO(&maker, sizeof maker);

    CHECK_OK(pp_stateless_challenges_begin(&maker, secret, EPOCH, NULL));
    for (i = 0; i < 4; i++) { /* no issuer has such a name; the last would be two */
        fields = template_of(2, bad[i], "origin.example");
        len = 7;
        CHECK_STATUS(PP_ERR_MISUSE, pp_stateless_challenges_write(&maker, out, sizeof out, &len, &fields, NOW, NULL));
        CHECK_SIZE(0, len);
        CHECK_STATUS(PP_ERR_MISUSE, pp_stateless_challenges_accepted(&maker, digests, &fields, NOW, NULL));
    }
    fields = template_of(2, "issuer.example", "a.example,,b.example");
    CHECK_STATUS(PP_ERR_MISUSE, pp_stateless_challenges_write(&maker, out, sizeof out, &len, &fields, NOW, NULL));
    fields = template_of(2, "issuer.example", "origin.example");
    fields.redemption_context = roles_bytes(context, sizeof context);
    CHECK_STATUS(PP_ERR_MISUSE, pp_stateless_challenges_write(&maker, out, sizeof out, &len, &fields, NOW, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 5, PP_NONE, PP_NONE);
    CHECK_STATUS(PP_ERR_MISUSE, pp_stateless_challenges_accepted(&maker, digests, NULL, NOW, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 3, PP_NONE, PP_NONE);

    for (i = 0; i <= PP_ORIGINS_MAX; i++) {
        memcpy(names + 4 * i, "a.b,", 4);
    }
    names[4 * PP_ORIGINS_MAX - 1] = '\0';
    fields = template_of(2, "issuer.example", names);
    CHECK_OK(pp_stateless_challenges_write(&maker, out, sizeof out, &len, &fields, NOW, NULL));
    CHECK_OK(pp_stateless_challenges_accepted(&maker, digests, &fields, NOW, NULL));
    names[4 * PP_ORIGINS_MAX - 1] = ',';
    names[4 * PP_ORIGINS_MAX + 3] = '\0';
    fields = template_of(2, "issuer.example", names);
    CHECK_STATUS(PP_ERR_LIMIT, pp_stateless_challenges_write(&maker, out, sizeof out, &len, &fields, NOW, NULL));
    CHECK_STATUS(PP_ERR_LIMIT, pp_stateless_challenges_accepted(&maker, digests, &fields, NOW, NULL));
    pp_stateless_challenges_wipe(&maker);
}

/* A token of this epoch is let in now and in the next one, and not in the one after that. */
static void flow(const roles *all, unsigned key) {
    pp_token_challenge fields = template_of(roles_type[key], "issuer.example", "origin.example");
    const pp_verifier_key *keys[1];
    pp_stateless_challenges maker;
    pp_expected expected;
    uint8_t challenge[128], digests[PP_ACCEPTED_DIGESTS * PP_CHALLENGE_DIGEST_BYTES], token[PP_TOKEN_MAX_BYTES];
    size_t len, token_len, i;

    keys[0] = all->verifier[key];
    CHECK_OK(pp_stateless_challenges_begin(&maker, secret, EPOCH, NULL));
    CHECK_OK(pp_stateless_challenges_write(&maker, challenge, sizeof challenge, &len, &fields, NOW, NULL));
    CHECK_OK(pp_token_challenge_check_origin(challenge, len, (const uint8_t *)"origin.example", 14, NULL));
    token_len = roles_token(all, key, token, challenge, len);
    memset(&expected, 0, sizeof expected);
    expected.struct_size = sizeof expected;
    expected.digests = digests;
    expected.digest_count = PP_ACCEPTED_DIGESTS;
    for (i = 0; i < 3; i++) {
        CHECK_OK(pp_stateless_challenges_accepted(&maker, digests, &fields, NOW + i * EPOCH, NULL));
        CHECK_STATUS(i < 2 ? PP_OK : PP_ERR_CHALLENGE_MISMATCH,
                     pp_origin_verify(keys, 1, NULL, token, token_len, &expected, NULL));
    }
    pp_stateless_challenges_wipe(&maker);
}

int main(void) {
    static roles all;
    test_step("over epochs");
    epochs();
    test_step("what is bound");
    binding();
    test_step("misuse");
    misuse();
    test_step("whole flows");
    roles_open(&all);
    flow(&all, ROLES_VOPRF);
    flow(&all, ROLES_RSA);
    roles_close(&all);
    return test_end();
}
