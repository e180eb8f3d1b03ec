/* The origin: what verifies, what does not, and that nothing is spent unless a token verified. */
#include "roles.h"

/* A token of one key, with what it answers. */
typedef struct item {
    uint8_t challenge[64];
    size_t challenge_len;
    uint8_t digest[PP_CHALLENGE_DIGEST_BYTES];
    uint8_t token[PP_TOKEN_MAX_BYTES + 1];
    size_t token_len;
} item;

static roles all;
static item items[ROLES_COUNT];
static const pp_verifier_key *every_key[ROLES_COUNT];

static void make_item(item *made, unsigned key, const char *origin) {
    memset(made, 0, sizeof *made);
    made->challenge_len = roles_challenge(made->challenge, sizeof made->challenge, roles_type[key], origin);
    CHECK_OK(pp_token_challenge_digest(made->digest, made->challenge, made->challenge_len, NULL));
    made->token_len = roles_token(&all, key, made->token, made->challenge, made->challenge_len);
}

static pp_expected expect_nothing(void) {
    pp_expected expected;
    memset(&expected, 0, sizeof expected);
    expected.struct_size = sizeof expected;
    return expected;
}

static pp_expected expect_challenge(const item *of) {
    pp_expected expected = expect_nothing();
    expected.challenge = roles_bytes(of->challenge, of->challenge_len);
    return expected;
}

/* A policy that answers what it is told to, and remembers what it was asked. */
typedef struct policy {
    int32_t answer;
    unsigned long calls;
    uint8_t digest[PP_CHALLENGE_DIGEST_BYTES];
} policy;

static int32_t policy_accepts(void *ctx, const uint8_t *digest) {
    policy *p = (policy *)ctx;
    p->calls++;
    memcpy(p->digest, digest, sizeof p->digest);
    return p->answer;
}

static pp_expected expect_policy(policy *p, int32_t answer) {
    pp_expected expected = expect_nothing();
    memset(p, 0, sizeof *p);
    p->answer = answer;
    expected.accepts = policy_accepts;
    expected.ctx = p;
    return expected;
}

/* A store that answers what it is told to, and remembers what it was asked. */
typedef struct store {
    pp_status answer;
    unsigned long calls;
    uint8_t key[PP_SPEND_KEY_BYTES];
    uint64_t expires_at, now;
} store;

static pp_status store_spend(void *ctx, const uint8_t *key, uint64_t expires_at, uint64_t now) {
    store *s = (store *)ctx;
    s->calls++;
    memcpy(s->key, key, sizeof s->key);
    s->expires_at = expires_at;
    s->now = now;
    return s->answer;
}

static pp_spend_store store_table(store *s, pp_status answer) {
    pp_spend_store table;
    memset(s, 0, sizeof *s);
    s->answer = answer;
    memset(&table, 0, sizeof table);
    table.struct_size = sizeof table;
    table.ctx = s;
    table.spend = store_spend;
    return table;
}

/* Verify and redeem a token, with all keys: both must answer the same, and nothing may be spent unless it is PP_OK. */
static void check_both(pp_status status, const uint8_t *token, size_t len, const pp_expected *expected) {
    pp_verified_token verified; /* not set: it is an output */
    pp_verified_token_fields fields;
    pp_detail detail;
    store s;
    pp_spend_store table = store_table(&s, PP_OK);

    CHECK_STATUS(status, pp_origin_verify(every_key, ROLES_COUNT, &verified, token, len, expected, &detail));
    CHECK_STATUS(status, detail.status);
    if (status == PP_OK) {
        CHECK_OK(pp_verified_token_get(&verified, &fields, NULL));
    } else {
        CHECK_ZERO(&verified, sizeof verified);
        CHECK_STATUS(PP_ERR_MISUSE, pp_verified_token_get(&verified, &fields, NULL));
    }
    CHECK_STATUS(status, pp_origin_verify(every_key, ROLES_COUNT, NULL, token, len, expected, NULL));
    CHECK_STATUS(status,
                 pp_origin_redeem(every_key, ROLES_COUNT, &verified, token, len, expected, &table, 100, 50, &detail));
    CHECK_STATUS(status, detail.status);
    CHECK_SIZE(status == PP_OK, s.calls);
    if (status == PP_OK) {
        CHECK_BYTES(fields.spend_key, sizeof fields.spend_key, s.key, sizeof s.key);
        pp_verified_token_wipe(&verified);
    }
    CHECK_ZERO(&verified, sizeof verified);
}

static void what_is_known(unsigned key) {
    const item *it = &items[key];
    pp_expected expected = expect_challenge(it);
    pp_verified_token verified, copy;
    pp_verified_token_fields fields;
    pp_detail detail;
    pp_token parsed;

    memset(&verified, 0xA5, sizeof verified); /* whatever it holds */
    CHECK_OK(pp_origin_verify(every_key, ROLES_COUNT, &verified, it->token, it->token_len, &expected, &detail));
    ROLES_DETAIL(detail, PP_OK, 0, PP_NONE, PP_NONE);
    CHECK_OK(pp_verified_token_get(&verified, &fields, NULL));
    CHECK_OK(pp_token_parse(&parsed, it->token, it->token_len, NULL));
    CHECK_SIZE(roles_type[key], fields.token_type);
    CHECK_BYTES(parsed.nonce.data, parsed.nonce.len, fields.nonce, sizeof fields.nonce);
    CHECK_BYTES(it->digest, sizeof it->digest, fields.challenge_digest, sizeof fields.challenge_digest);
    CHECK_BYTES(parsed.token_key_id.data, parsed.token_key_id.len, fields.token_key_id, sizeof fields.token_key_id);
    CHECK_STATUS(PP_ERR_MISUSE, pp_verified_token_get(&verified, NULL, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 2, PP_NONE, PP_NONE);
    memcpy(&copy, &verified, sizeof verified);
    pp_verified_token_wipe(&verified);
    CHECK_ZERO(&verified, sizeof verified);
    pp_verified_token_wipe(NULL);
    CHECK_STATUS(PP_ERR_MISUSE, pp_verified_token_get(&verified, &fields, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, PP_NONE);
    CHECK_OK(pp_verified_token_get(&copy, &fields, NULL)); /* moved */
    copy.opaque[0]++;
    CHECK_STATUS(PP_ERR_MISUSE, pp_verified_token_get(&copy, &fields, NULL));
}

static void expectations(unsigned key) {
    static const int32_t answers[] = {0, 2, -1, 256, INT32_MAX, INT32_MIN, 0x01000000};
    const item *it = &items[key], *other = &items[(key + 1) % ROLES_COUNT];
    uint8_t digests[3 * PP_CHALLENGE_DIGEST_BYTES];
    pp_expected expected;
    policy p;
    size_t i;

    expected = expect_challenge(it);
    check_both(PP_OK, it->token, it->token_len, &expected);
    expected = expect_challenge(other);
    check_both(PP_ERR_CHALLENGE_MISMATCH, it->token, it->token_len, &expected);
    expected = expect_challenge(it);
    expected.challenge.len--; /* the bytes count, not what they mean */
    check_both(PP_ERR_CHALLENGE_MISMATCH, it->token, it->token_len, &expected);

    /* One of several digests, at each place; then at none. */
    expected = expect_nothing();
    expected.digests = digests;
    expected.digest_count = 3;
    for (i = 0; i < 4; i++) {
        memset(digests, 0, sizeof digests);
        if (i < 3) {
            memcpy(digests + i * PP_CHALLENGE_DIGEST_BYTES, it->digest, sizeof it->digest);
        } else { /* across two of them it does not count */
            memcpy(digests + 16, it->digest, sizeof it->digest);
        }
        check_both(i < 3 ? PP_OK : PP_ERR_CHALLENGE_MISMATCH, it->token, it->token_len, &expected);
    }

    /* A policy says yes with 1 and with nothing else. */
    expected = expect_policy(&p, 1);
    check_both(PP_OK, it->token, it->token_len, &expected);
    CHECK_SIZE(3, p.calls);
    CHECK_BYTES(it->digest, sizeof it->digest, p.digest, sizeof p.digest);
    for (i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        expected = expect_policy(&p, answers[i]);
        check_both(PP_ERR_CHALLENGE_MISMATCH, it->token, it->token_len, &expected);
        CHECK_SIZE(3, p.calls);
    }
}

/* A struct that does not say exactly one thing lets nobody in. */
static void bad_expectations(unsigned key) {
    const item *it = &items[key];
    pp_expected expected;
    policy p;
    struct {
        pp_expected known;
        uint64_t later;
    } longer;

    expected = expect_nothing();
    check_both(PP_ERR_MISUSE, it->token, it->token_len, &expected);
    expected.challenge = roles_bytes(it->challenge, 0);
    check_both(PP_ERR_MISUSE, it->token, it->token_len, &expected);
    expected = expect_nothing();
    expected.digests = it->digest;
    check_both(PP_ERR_MISUSE, it->token, it->token_len, &expected);
    expected.digests = NULL;
    expected.digest_count = 1;
    check_both(PP_ERR_MISUSE, it->token, it->token_len, &expected);
    expected.digests = it->digest;
    expected.digest_count = (size_t)-1 / 32 + 2; /* times 32 it is 32 */
    check_both(PP_ERR_MISUSE, it->token, it->token_len, &expected);
    expected = expect_nothing();
    expected.challenge = roles_bytes(NULL, 5);
    check_both(PP_ERR_MISUSE, it->token, it->token_len, &expected);

    expected = expect_challenge(it);
    expected.digests = it->digest;
    expected.digest_count = 1;
    check_both(PP_ERR_MISUSE, it->token, it->token_len, &expected);
    expected = expect_policy(&p, 1);
    expected.challenge = roles_bytes(it->challenge, it->challenge_len);
    check_both(PP_ERR_MISUSE, it->token, it->token_len, &expected);
    expected.digests = it->digest;
    expected.digest_count = 1;
    check_both(PP_ERR_MISUSE, it->token, it->token_len, &expected);
    expected.challenge = roles_bytes(NULL, 0);
    check_both(PP_ERR_MISUSE, it->token, it->token_len, &expected);
    /* What is there and empty counts: a program that has lost its challenges does not accept all its function does. */
    expected.digest_count = 0;
    check_both(PP_ERR_MISUSE, it->token, it->token_len, &expected);
    expected.digests = NULL;
    expected.challenge = roles_bytes(it->challenge, 0);
    check_both(PP_ERR_MISUSE, it->token, it->token_len, &expected);
    CHECK_SIZE(0, p.calls);
    check_both(PP_ERR_MISUSE, it->token, it->token_len, NULL);

    /* The size: what is shorter is unset or too old; what is longer must not ask for anything. */
    expected = expect_challenge(it);
    expected.struct_size = 0;
    check_both(PP_ERR_MISUSE, it->token, it->token_len, &expected);
    expected.struct_size = sizeof expected - 1;
    check_both(PP_ERR_MISUSE, it->token, it->token_len, &expected);
    expected.struct_size = (size_t)-1;
    check_both(PP_ERR_MISUSE, it->token, it->token_len, &expected);
    memset(&longer, 0, sizeof longer);
    longer.known = expect_challenge(it);
    longer.known.struct_size = sizeof longer;
    check_both(PP_OK, it->token, it->token_len, &longer.known);
    longer.later = UINT64_C(1) << 63;
    check_both(PP_ERR_UNSUPPORTED, it->token, it->token_len, &longer.known);
    longer.later = 1;
    check_both(PP_ERR_UNSUPPORTED, it->token, it->token_len, &longer.known);
}

/* Change each byte of a token, cut it anywhere, make it longer: none of them is let in, and nothing is spent. */
static void near_misses(unsigned key) {
    item changed = items[key];
    pp_expected expected = expect_challenge(&items[key]), any;
    pp_status status;
    policy p;
    size_t i;

    for (i = 0; i < changed.token_len; i++) {
        if (i < 2) { /* an unknown type; from one known type to the other, whose tokens have another length */
            status = i == 0 ? PP_ERR_UNSUPPORTED : PP_ERR_MALFORMED;
        } else if (i < 34 || i >= 98) {
            status = PP_ERR_INVALID_TOKEN;
        } else {
            status = i < 66 ? PP_ERR_CHALLENGE_MISMATCH : PP_ERR_UNKNOWN_KEY;
        }
        changed.token[i] ^= (uint8_t)(i == 1 ? 3 : 1 << i % 8);
        check_both(status, changed.token, changed.token_len, &expected);
        changed.token[i] = items[key].token[i];
    }
    for (i = 0; i < changed.token_len; i++) {
        check_both(PP_ERR_MALFORMED, i == 0 ? NULL : changed.token, i, &expected);
    }
    check_both(PP_ERR_MALFORMED, changed.token, changed.token_len + 1, &expected);

    /* A greased type, with whatever behind it. */
    changed.token[0] = 0xDA;
    changed.token[1] = 0x42;
    check_both(PP_ERR_UNSUPPORTED, changed.token, changed.token_len, &expected);
    changed = items[key];

    /* The digest of another challenge, which the origin would accept: the authenticator covers it. */
    any = expect_policy(&p, 1);
    changed.token[40] ^= 1;
    check_both(PP_ERR_INVALID_TOKEN, changed.token, changed.token_len, &any);
    CHECK_SIZE(3, p.calls);
    /* Before the policy is asked, the token must be one of a key that is trusted. */
    changed.token[70] ^= 1;
    any = expect_policy(&p, 1);
    check_both(PP_ERR_UNKNOWN_KEY, changed.token, changed.token_len, &any);
    CHECK_SIZE(0, p.calls);

    /* The identifier of another key of the type. */
    changed = items[key];
    CHECK_OK(pp_token_key_id(all.token[(key + 2) % ROLES_COUNT], changed.token + 66, NULL));
    check_both(PP_ERR_INVALID_TOKEN, changed.token, changed.token_len, &expected);
}

static void keys(unsigned key) {
    const item *it = &items[key];
    const pp_verifier_key *some[3];
    pp_expected expected = expect_challenge(it);
    pp_verifier_key *empty;
    pp_verified_token verified;
    pp_detail detail;
    store s;
    pp_spend_store table = store_table(&s, PP_OK);

    some[0] = all.verifier[(key + 1) % ROLES_COUNT]; /* both of the other type */
    some[1] = all.verifier[(key + 3) % ROLES_COUNT];
    CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_origin_verify(NULL, 0, &verified, it->token, it->token_len, &expected, NULL));
    CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_origin_verify(some, 2, &verified, it->token, it->token_len, &expected, NULL));
    some[2] = all.verifier[(key + 2) % ROLES_COUNT]; /* another of the type */
    CHECK_STATUS(PP_ERR_UNKNOWN_KEY, pp_origin_verify(some, 3, &verified, it->token, it->token_len, &expected, NULL));
    some[2] = all.verifier[key];
    CHECK_OK(pp_origin_verify(some, 3, &verified, it->token, it->token_len, &expected, NULL));
    CHECK_OK(pp_verifier_key_new(&empty, NULL));
    some[1] = empty;
    CHECK_STATUS(PP_ERR_MISUSE, pp_origin_redeem(some, 3, &verified, it->token, it->token_len, &expected, &table, 1, 0,
                                                 &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, 1);
    some[1] = NULL;
    CHECK_STATUS(PP_ERR_MISUSE, pp_origin_verify(some, 3, &verified, it->token, it->token_len, &expected, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, 1);
    some[1] = (const pp_verifier_key *)(const void *)all.token[key];
    CHECK_STATUS(PP_ERR_MISUSE, pp_origin_verify(some, 3, &verified, it->token, it->token_len, &expected, NULL));
    CHECK_STATUS(PP_ERR_MISUSE, pp_origin_verify(NULL, 1, &verified, it->token, it->token_len, &expected, NULL));
    CHECK_SIZE(0, s.calls);
    pp_verifier_key_free(empty);
}

static void redeem(unsigned key) {
    static const struct {
        pp_status answer, result;
    } answers[] = {{PP_ERR_REPLAYED, PP_ERR_REPLAYED},
                   {PP_ERR_EXHAUSTED, PP_ERR_EXHAUSTED},
                   {PP_ERR_STORE, PP_ERR_STORE},
                   {PP_ERR_INTERNAL, PP_ERR_STORE},
                   {PP_ERR_MISUSE, PP_ERR_STORE},
                   {PP_ERR_ALREADY_USED, PP_ERR_STORE},
                   {1, PP_ERR_STORE},
                   {49, PP_ERR_STORE},
                   {-2000, PP_ERR_STORE},
                   {INT32_MAX, PP_ERR_STORE},
                   {INT32_MIN, PP_ERR_STORE}};
    item again, *it = &items[key];
    pp_expected expected = expect_challenge(it);
    pp_verified_token verified;
    pp_verified_token_fields fields;
    pp_detail detail;
    store s;
    pp_spend_store table = store_table(&s, PP_OK);
    uint8_t first[PP_SPEND_KEY_BYTES];
    struct {
        pp_spend_store known;
        void (*later)(void);
    } longer;
    size_t i;

    CHECK_OK(pp_origin_redeem(every_key, ROLES_COUNT, &verified, it->token, it->token_len, &expected, &table, UINT64_MAX, 0,
                              &detail));
    ROLES_DETAIL(detail, PP_OK, 0, PP_NONE, PP_NONE);
    CHECK(s.calls == 1 && s.expires_at == UINT64_MAX && s.now == 0);
    CHECK_OK(pp_verified_token_get(&verified, &fields, NULL));
    CHECK_BYTES(fields.spend_key, sizeof fields.spend_key, s.key, sizeof s.key);
    memcpy(first, s.key, sizeof first);
    for (i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        table = store_table(&s, answers[i].answer);
        memset(&verified, 0xA5, sizeof verified);
        CHECK_STATUS(answers[i].result, pp_origin_redeem(every_key, ROLES_COUNT, &verified, it->token, it->token_len,
                                                         &expected, &table, 7, 9, &detail));
        ROLES_DETAIL(detail, answers[i].result, 0, PP_NONE, PP_NONE);
        CHECK_ZERO(&verified, sizeof verified);
        CHECK(s.calls == 1 && s.expires_at == 7 && s.now == 9);
        CHECK_BYTES(first, sizeof first, s.key, sizeof s.key); /* one token, one key */
        CHECK_STATUS(answers[i].result, pp_origin_redeem(every_key, ROLES_COUNT, NULL, it->token, it->token_len, &expected,
                                                         &table, 7, 9, NULL));
    }
    make_item(&again, key, "origin.example");
    table = store_table(&s, PP_OK);
    CHECK_OK(pp_origin_redeem(every_key, ROLES_COUNT, NULL, again.token, again.token_len, &expected, &table, 7, 9, NULL));
    CHECK(memcmp(first, s.key, sizeof first) != 0); /* another token of the challenge, another key */

    /* A table that is none. */
    table = store_table(&s, PP_OK);
    CHECK_STATUS(PP_ERR_MISUSE, pp_origin_redeem(every_key, ROLES_COUNT, &verified, it->token, it->token_len, &expected,
                                                 NULL, 7, 9, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 7, PP_NONE, PP_NONE);
    table.spend = NULL;
    CHECK_STATUS(PP_ERR_MISUSE, pp_origin_redeem(every_key, ROLES_COUNT, &verified, it->token, it->token_len, &expected,
                                                 &table, 7, 9, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 7, PP_NONE, PP_NONE);
    table = store_table(&s, PP_OK);
    table.struct_size--;
    CHECK_STATUS(PP_ERR_MISUSE, pp_origin_redeem(every_key, ROLES_COUNT, &verified, it->token, it->token_len, &expected,
                                                 &table, 7, 9, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 7, PP_NONE, PP_NONE);
    memset(&longer, 0, sizeof longer);
    longer.known = store_table(&s, PP_OK);
    longer.known.struct_size = sizeof longer;
    CHECK_OK(pp_origin_redeem(every_key, ROLES_COUNT, &verified, it->token, it->token_len, &expected, &longer.known, 7, 9,
                              NULL));
    CHECK_SIZE(1, s.calls);
    longer.later = (void (*)(void))store_spend;
    CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_origin_redeem(every_key, ROLES_COUNT, &verified, it->token, it->token_len,
                                                      &expected, &longer.known, 7, 9, NULL));
    CHECK_ZERO(&verified, sizeof verified);
    CHECK_SIZE(1, s.calls);
}

/* Batches of both types at once, good and bad. */
static void verify_many(void) {
    static const size_t counts[] = {0, 1, 15, 16, 17, 40};
    static uint8_t tokens[40][PP_TOKEN_MAX_BYTES];
    pp_verified_token *verified;
    pp_verified_token_fields fields;
    pp_expected expected, nothing = expect_nothing();
    uint8_t digests[2 * PP_CHALLENGE_DIGEST_BYTES];
    pp_bytes spans[40];
    pp_status results[40], wanted[40];
    pp_detail detail;
    policy p;
    size_t n, i;

    memcpy(digests, items[ROLES_VOPRF].digest, 32);
    memcpy(digests + 32, items[ROLES_RSA].digest, 32);
    expected = nothing;
    expected.digests = digests;
    expected.digest_count = 2;
    for (i = 0; i < 40; i++) {
        const item *it = &items[i % 4];
        memcpy(tokens[i], it->token, it->token_len);
        spans[i] = roles_bytes(tokens[i], it->token_len);
        /* Two of the four keys made their tokens for other challenges. The same tokens come again, and verify again. */
        wanted[i] = i % 4 < 2 ? PP_OK : PP_ERR_CHALLENGE_MISMATCH;
        if (i % 7 == 5) {
            spans[i].len--;
            wanted[i] = PP_ERR_MALFORMED;
        } else if (i % 7 == 3 && i % 4 < 2) {
            tokens[i][it->token_len - 1] ^= 1;
            wanted[i] = PP_ERR_INVALID_TOKEN;
        } else if (i % 7 == 2) {
            tokens[i][97] ^= 1;
            wanted[i] = PP_ERR_UNKNOWN_KEY;
        } else if (i == 13) {
            spans[i] = roles_bytes(NULL, 0);
            wanted[i] = PP_ERR_MALFORMED;
        }
    }
    for (n = 0; n < sizeof counts / sizeof counts[0]; n++) {
        size_t count = counts[n];
        verified = (pp_verified_token *)malloc(count * sizeof *verified + (count == 0)); /* not set, and of this size */
        CHECK(verified != NULL);
        CHECK_OK(pp_origin_verify_many(every_key, ROLES_COUNT, verified, results, spans, count, &expected, &detail));
        ROLES_DETAIL(detail, PP_OK, 0, PP_NONE, PP_NONE);
        for (i = 0; i < count; i++) {
            CHECK_STATUS(wanted[i], results[i]);
            if (wanted[i] == PP_OK) {
                CHECK_OK(pp_verified_token_get(&verified[i], &fields, NULL));
                CHECK_BYTES(tokens[i] + 2, 32, fields.nonce, 32);
            } else {
                CHECK_ZERO(&verified[i], sizeof verified[i]);
            }
            results[i] = 77;
        }
        CHECK_OK(pp_origin_verify_many(every_key, ROLES_COUNT, NULL, results, spans, count, &expected, NULL));
        for (i = 0; i < count; i++) {
            CHECK_STATUS(wanted[i], results[i]);
            results[i] = 77;
        }
        memset(verified, 0xA5, count * sizeof *verified);
        CHECK_STATUS(PP_ERR_MISUSE,
                     pp_origin_verify_many(every_key, ROLES_COUNT, verified, results, spans, count, &nothing, &detail));
        ROLES_DETAIL(detail, PP_ERR_MISUSE, 7, PP_NONE, PP_NONE);
        for (i = 0; i < count; i++) {
            CHECK_SIZE(77, results[i]);
        }
        CHECK_ZERO(verified, count * sizeof *verified);
        free(verified);
    }
    expected = expect_policy(&p, 1);
    CHECK_OK(pp_origin_verify_many(every_key, ROLES_COUNT, NULL, results, spans, 2, &expected, NULL));
    CHECK(results[0] == PP_OK && results[1] == PP_OK && p.calls == 2);

    spans[39].data = NULL;
    CHECK_STATUS(PP_ERR_MISUSE,
                 pp_origin_verify_many(every_key, ROLES_COUNT, NULL, results, spans, 40, &expected, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 5, PP_NONE, 39);
    CHECK_STATUS(PP_ERR_MISUSE, pp_origin_verify_many(every_key, ROLES_COUNT, NULL, NULL, spans, 1, &expected, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 4, PP_NONE, PP_NONE);
    CHECK_OK(pp_origin_verify_many(every_key, ROLES_COUNT, NULL, NULL, NULL, 0, &expected, NULL));
}

int main(void) {
    static void (*const tests[])(unsigned) = {what_is_known, expectations, bad_expectations, near_misses, keys, redeem};
    static const char *const names[] = {"what is known of a token",
                                        "expected challenges",
                                        "structs that say nothing, or too much",
                                        "tokens that are almost right",
                                        "keys",
                                        "redeem, with stores of every opinion"};
    static const char *const origins[ROLES_COUNT] = {"origin.example", "origin.example", "a.example", "b.example"};
    unsigned i, key;

    roles_open(&all);
    for (key = 0; key < ROLES_COUNT; key++) {
        every_key[key] = all.verifier[key];
        make_item(&items[key], key, origins[key]);
    }
    for (i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        test_step(names[i]);
        tests[i](ROLES_VOPRF);
        tests[i](ROLES_RSA);
    }
    test_step("many at a time");
    verify_many();
    roles_close(&all);
    return test_end();
}
