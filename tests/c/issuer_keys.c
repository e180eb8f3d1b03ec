/* Every way to make, read and write an issuer's private key. */
#include "roles.h"

/* Made with openssl for this test. The first is a key of type 0x0001, with the public key beside it, the others are none. */
static const char P384_PEM[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDAfS0ilTrcFqzIq5Qx0\n"
    "gEUqW186ygmuwp9WP4DJbIJ2Ut/zoEKH4ZEailLJeRt0TjKhZANiAAQCI45RTom9\n"
    "TdVYCB8auI7G6tSSuOyQGfPegdkzseNt7K08Ws53bbHi7+5fV1aGQJPE213EZWde\n"
    "M8AZfEwzfCra7UvlfOEvR3OkU7t9+EDukNEHJmOkmS06WtneVwXELWE=\n"
    "-----END PRIVATE KEY-----\n";

static const char P384_PUBLIC[] =
    "0302238e514e89bd4dd558081f1ab88ec6ead492b8ec9019f3de81d933b1e36decad3c5ace776db1e2efee5f5756864093";

static const char P256_PEM[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQ4TsIgoKMocJyw4P\n"
    "35tJBbFtTPS6OEey5c/T/+Mnef2hRANCAAR/poG4TRSWaKZyDVxsTLk75kNsUMap\n"
    "+GapC+aDw1k2MMhJor+omZvt1uTvcwiF6s9RNfUtk78yaQR8zuF9zoyn\n"
    "-----END PRIVATE KEY-----\n";

static const char ED25519_PEM[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEINoaqONO9VTGEVJIEs8OwsOH0FUFVbWXIr3oRArMJLcP\n"
    "-----END PRIVATE KEY-----\n";

static const char RSA1024_PEM[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAM8xtTYPNGJkPFxH\n"
    "RhSfIAOfBRj9B/+KduqpDRXS40QhoJBADCqdLsGjkdT6do1dI6s1RwoxkOEtOi1W\n"
    "LNSVPTnT8N0jOk+auA/9fC1T7gyEiFCJEbGiLVZB/Oips1eV31vMXq1CxjYMxz5k\n"
    "c3CodzD2/CK2Mmkd7YPG5MSvKJ4hAgMBAAECgYBgNDZt2XV7Ugts1XNG0/PreoTF\n"
    "a4exMbuxjbkTrw3zbqG9GOANUVqKcsad24X8cYjEUEKiCw24YGWo82BxfLImN6ud\n"
    "kZwvCs7cOkmk4lvdX+BlomoYjI05oBgBwAaii2eRmgj9OrLVtRZ5psRWqeU1lP9e\n"
    "XqUjmcii9fPIKuLKWQJBAO7rKjjjhGgLOmlj8G6hRzPQbFhWZfFQCzs5QWbE1Yk/\n"
    "GWUufqze1HF67cEkVerZzymCwUsq9rWqyx1lNzcb2BsCQQDeAecZCCml4VI2T3dU\n"
    "pQ5w7JwaY76WNvi0eU2Dkm8ey+4PZ5Pk//5aiQPi6NO34NtQjbpXOseJWrmdv3Ai\n"
    "8D5zAkAtV+hdf6Cjdm4RjmwVMvqmdMn7Qfp6/+wBw24MKRM1xwn00AwuluPO3bu9\n"
    "yj2cItZUVIKG15KXC+EcpRcDmH89AkEAhSVs/TVJDSRikxH7xncrfwxY3vbdUefs\n"
    "JwjtNTC4libGQtTi/R+O46ty+j6a45fm0Jv/mts02qrf0b0DuuCNAwJAUJ+1sG3j\n"
    "5KHERBtrMPniPcNlJhULSjGX3xt0WR5ijvgfJgviseporV974et6BfJGfTiut5Z6\n"
    "ptPSKI4rVCPvhg==\n"
    "-----END PRIVATE KEY-----\n";

/* The order of the group of P-384 (RFC 9497 section 4.4): the first number that is no scalar. */
#define P384_ORDER "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"

static pp_issuer_key *new_key(void) {
    pp_issuer_key *key;
    CHECK_OK(pp_issuer_key_new(&key, NULL));
    return key;
}

static pp_status import_pem(pp_issuer_key *key, const void *pem, size_t len) {
    return pp_issuer_key_import_pkcs8_pem(key, (const uint8_t *)pem, len, NULL);
}

/* Check that two keys have one identifier. */
static void check_same(const pp_issuer_key *a, const pp_issuer_key *b) {
    uint8_t id[2][PP_TOKEN_KEY_ID_BYTES];
    CHECK_OK(pp_issuer_key_id(a, id[0], NULL));
    CHECK_OK(pp_issuer_key_id(b, id[1], NULL));
    CHECK_BYTES(id[0], sizeof id[0], id[1], sizeof id[1]);
}

/* Randomness that fills the very key it is asked for: against the rules, but no key may be lost by it. */
static pp_status fill_behind(void *ctx, uint8_t *out, size_t len) {
    uint64_t state = 1;
    uint8_t seed[32] = {7};
    pp_issuer_key_derive_voprf_p384((pp_issuer_key *)ctx, seed, sizeof seed, NULL);
    return test_rng_fill(&state, out, len);
}

static void filled_from_behind(void) {
    pp_issuer_key *key = new_key();
    pp_issuer_key *derived = new_key();
    uint8_t seed[32] = {7}, wanted[PP_TOKEN_KEY_ID_BYTES], id[PP_TOKEN_KEY_ID_BYTES];
    pp_rng rng;
    rng.struct_size = sizeof rng;
    rng.ctx = key;
    rng.fill = fill_behind;
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_key_generate(key, PP_TOKEN_TYPE_VOPRF_P384, &rng, NULL));
    CHECK_OK(pp_issuer_key_derive_voprf_p384(derived, seed, sizeof seed, NULL));
    CHECK_OK(pp_issuer_key_id(derived, wanted, NULL));
    CHECK_OK(pp_issuer_key_id(key, id, NULL));
    CHECK_BYTES(wanted, sizeof wanted, id, sizeof id);
    pp_issuer_key_free(key);
    pp_issuer_key_free(derived);
}

static void generate(void) {
    static const uint16_t types[] = {PP_TOKEN_TYPE_VOPRF_P384, PP_TOKEN_TYPE_BLIND_RSA_2048};
    uint8_t id[2][PP_TOKEN_KEY_ID_BYTES];
    roles_source source;
    pp_rng rng;
    pp_detail detail;
    pp_issuer_key *key;
    uint16_t type;
    unsigned i, j;

    for (i = 0; i < 2; i++) {
        unsigned long calls;
        for (j = 0; j < 2; j++) { /* the system's randomness gives another key each time */
            key = new_key();
            CHECK_OK(pp_issuer_key_generate(key, types[i], NULL, NULL));
            CHECK_OK(pp_issuer_key_type(key, &type, NULL));
            CHECK_SIZE(types[i], type);
            CHECK_OK(pp_issuer_key_id(key, id[j], NULL));
            CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_key_generate(key, types[i], NULL, &detail));
            ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, PP_NONE);
            pp_issuer_key_free(key);
        }
        CHECK(memcmp(id[0], id[1], sizeof id[0]) != 0);

        /* A source that fails at any of its calls fails the whole; the handle stays empty and can be filled. */
        key = new_key();
        rng = roles_source_open(&source, 0, PP_OK);
        CHECK_OK(pp_issuer_key_generate(key, types[i], &rng, NULL));
        pp_issuer_key_free(key);
        calls = source.calls;
        CHECK(calls >= 1);
        key = new_key();
        for (j = 1; j <= 3 && j <= calls; j++) {
            rng = roles_source_open(&source, j, roles_failures[j - 1]);
            CHECK_STATUS(PP_ERR_RNG, pp_issuer_key_generate(key, types[i], &rng, &detail));
            ROLES_DETAIL(detail, PP_ERR_RNG, 0, PP_NONE, PP_NONE);
            CHECK_SIZE(j, source.calls);
            CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_key_type(key, &type, NULL));
        }
        rng = roles_source_open(&source, calls, PP_ERR_RNG);
        CHECK_STATUS(PP_ERR_RNG, pp_issuer_key_generate(key, types[i], &rng, NULL));
        for (j = 0; j < 2; j++) { /* a source that is stuck */
            uint8_t byte = j == 0 ? 0x00 : 0xFF;
            rng.ctx = &byte;
            rng.fill = roles_stuck_fill;
            CHECK_STATUS(PP_ERR_RNG, pp_issuer_key_generate(key, types[i], &rng, NULL));
        }
        rng.fill = NULL;
        CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_key_generate(key, types[i], &rng, &detail));
        ROLES_DETAIL(detail, PP_ERR_MISUSE, 3, PP_NONE, PP_NONE);
        CHECK_OK(pp_issuer_key_generate(key, types[i], NULL, NULL));
        pp_issuer_key_free(key);
    }
    key = new_key();
    CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_issuer_key_generate(key, 0, NULL, &detail));
    ROLES_DETAIL(detail, PP_ERR_UNSUPPORTED, 0, PP_NONE, PP_NONE);
    CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_issuer_key_generate(key, 3, NULL, NULL));
    CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_issuer_key_generate(key, 0xFFFF, NULL, NULL));
    pp_issuer_key_free(key);
}

static void derive(void) {
    static const uint8_t seed[64] = {1, 2, 3};
    pp_issuer_key *keys[4];
    uint8_t id[4][PP_TOKEN_KEY_ID_BYTES];
    static const size_t lengths[4] = {32, 48, 64, 32};
    unsigned i;
    for (i = 0; i < 4; i++) {
        keys[i] = new_key();
        CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_key_derive_voprf_p384(keys[i], seed, 31, NULL));
        CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_key_derive_voprf_p384(keys[i], NULL, 0, NULL));
        CHECK_OK(pp_issuer_key_derive_voprf_p384(keys[i], seed, lengths[i], NULL));
        CHECK_OK(pp_issuer_key_id(keys[i], id[i], NULL));
    }
    check_same(keys[0], keys[3]);
    CHECK(memcmp(id[0], id[1], sizeof id[0]) != 0);
    CHECK(memcmp(id[1], id[2], sizeof id[1]) != 0);
    for (i = 0; i < 4; i++) {
        pp_issuer_key_free(keys[i]);
    }
}

static void import_scalar(void) {
    uint8_t scalar[49], order[48];
    pp_issuer_key *key = new_key();
    pp_detail detail;
    size_t len;
    unsigned i;

    memset(scalar, 0, sizeof scalar);
    test_hex(order, sizeof order, P384_ORDER);
    CHECK_STATUS(PP_ERR_MALFORMED, pp_issuer_key_import_voprf_p384(key, scalar, 48, NULL));
    CHECK_STATUS(PP_ERR_MALFORMED, pp_issuer_key_import_voprf_p384(key, order, 48, NULL));
    memset(scalar, 0xFF, sizeof scalar);
    CHECK_STATUS(PP_ERR_MALFORMED, pp_issuer_key_import_voprf_p384(key, scalar, 48, NULL));
    memset(scalar, 7, sizeof scalar);
    CHECK_STATUS(PP_ERR_MALFORMED, pp_issuer_key_import_voprf_p384(key, scalar, 47, NULL));
    CHECK_STATUS(PP_ERR_MALFORMED, pp_issuer_key_import_voprf_p384(key, scalar, 49, NULL));
    CHECK_STATUS(PP_ERR_MALFORMED, pp_issuer_key_import_voprf_p384(key, NULL, 0, NULL));
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_key_import_voprf_p384(key, NULL, 48, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 2, PP_NONE, PP_NONE);
    CHECK_OK(pp_issuer_key_import_voprf_p384(key, scalar, 48, NULL));
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_key_import_voprf_p384(key, scalar, 48, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, PP_NONE);
    pp_issuer_key_free(key);

    /* The bounds: 1 and the order less 1, which are each other's negative, so their public keys differ in the sign alone. */
    memset(scalar, 0, sizeof scalar);
    for (i = 0; i < 2; i++) {
        uint8_t published[2][49];
        scalar[47] = 1;
        order[47]--;
        key = new_key();
        CHECK_OK(pp_issuer_key_import_voprf_p384(key, scalar, 48, NULL));
        CHECK_OK(pp_issuer_key_token_key(key, published[0], 49, &len, NULL));
        pp_issuer_key_free(key);
        key = new_key();
        CHECK_OK(pp_issuer_key_import_voprf_p384(key, order, 48, NULL));
        CHECK_OK(pp_issuer_key_token_key(key, published[1], 49, &len, NULL));
        pp_issuer_key_free(key);
        CHECK((memcmp(published[0] + 1, published[1] + 1, 48) == 0) == (i == 0));
        CHECK((published[0][0] ^ published[1][0]) == 1 || i == 1);
    }
}

/* The numbers of an RSA key, to be changed one by one. */
typedef struct numbers {
    uint8_t bytes[5][257];
    size_t len[5];
} numbers;

static pp_status import_numbers(pp_issuer_key *key, const numbers *k, pp_detail *detail) {
    return pp_issuer_key_import_blind_rsa_2048(key, k->bytes[0], k->len[0], k->bytes[1], k->len[1], k->bytes[2], k->len[2],
                                               k->bytes[3], k->len[3], k->bytes[4], k->len[4], detail);
}

static void import_components(void) {
    static const char *const hex[5] = {ROLES_RSA_N, ROLES_RSA_E, ROLES_RSA_D, ROLES_RSA_P, ROLES_RSA_Q};
    static numbers right, wrong;
    pp_issuer_key *key = new_key(), *again = new_key();
    pp_detail detail;
    pp_status status;
    unsigned i, bit;

    for (i = 0; i < 5; i++) {
        right.len[i] = test_hex(right.bytes[i], sizeof right.bytes[i], hex[i]);
    }
    for (i = 0; i < 5; i++) {
        /* Any bit of any number: no key, or one of another size. */
        for (bit = 0; bit < 8 * right.len[i]; bit += 97) {
            wrong = right;
            wrong.bytes[i][bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
            status = import_numbers(key, &wrong, NULL);
            CHECK(status == PP_ERR_MALFORMED || status == PP_ERR_UNSUPPORTED);
        }
        wrong = right;
        wrong.len[i] = 0;
        status = import_numbers(key, &wrong, NULL);
        CHECK(status == PP_ERR_MALFORMED || status == PP_ERR_UNSUPPORTED);
        wrong.len[i] = right.len[i] - 1;
        status = import_numbers(key, &wrong, NULL);
        CHECK(status == PP_ERR_MALFORMED || status == PP_ERR_UNSUPPORTED);
        wrong = right;
        memset(wrong.bytes[i], 0, right.len[i]);
        status = import_numbers(key, &wrong, NULL);
        CHECK(status == PP_ERR_MALFORMED || status == PP_ERR_UNSUPPORTED);
    }
    wrong = right;
    memcpy(wrong.bytes[4], right.bytes[3], 128); /* the same prime twice */
    CHECK_STATUS(PP_ERR_MALFORMED, import_numbers(key, &wrong, NULL));
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_key_import_blind_rsa_2048(key, right.bytes[0], 256, right.bytes[1], 3, NULL, 256,
                                                                    right.bytes[3], 128, right.bytes[4], 128, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 6, PP_NONE, PP_NONE);

    CHECK_OK(import_numbers(key, &right, &detail));
    ROLES_DETAIL(detail, PP_OK, 0, PP_NONE, PP_NONE);
    CHECK_STATUS(PP_ERR_MISUSE, import_numbers(key, &right, NULL));
    memcpy(wrong.bytes[3], right.bytes[4], 128); /* the primes have no order */
    CHECK_OK(import_numbers(again, &wrong, NULL));
    check_same(key, again);
    pp_issuer_key_free(again);
    again = new_key();
    for (i = 0; i < 5; i++) { /* a leading zero is no other number */
        memmove(wrong.bytes[i] + 1, right.bytes[i], right.len[i]);
        wrong.bytes[i][0] = 0;
        wrong.len[i] = right.len[i] + 1;
    }
    CHECK_OK(import_numbers(again, &wrong, NULL));
    check_same(key, again);
    pp_issuer_key_free(again);
    pp_issuer_key_free(key);
}

/* A key is the same after it was written and read, and no part of the text is a key. */
static void survive_pem(const pp_issuer_key *key) {
    static char pem[2048], other[2048];
    pp_issuer_key *again = new_key();
    pp_detail detail;
    size_t len, needed, i;

    CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL, pp_issuer_key_export_pkcs8_pem(key, NULL, 0, &needed, &detail));
    ROLES_DETAIL(detail, PP_ERR_BUFFER_TOO_SMALL, 0, needed, PP_NONE);
    CHECK(needed <= sizeof pem);
    memset(pem, 0, sizeof pem);
    CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL, pp_issuer_key_export_pkcs8_pem(key, (uint8_t *)pem, needed - 1, &len, NULL));
    CHECK_SIZE(needed, len);
    CHECK_ZERO(pem, sizeof pem);
    CHECK_OK(pp_issuer_key_export_pkcs8_pem(key, (uint8_t *)pem, needed, &len, NULL));
    CHECK_SIZE(needed, len);
    CHECK(strlen(pem) == len); /* no zero is written, and none was overwritten */
    CHECK(strncmp(pem, "-----BEGIN PRIVATE KEY-----\n", 28) == 0 && strchr(pem, '\r') == NULL);
    CHECK(strcmp(pem + len - 26, "-----END PRIVATE KEY-----\n") == 0);

    for (i = 0; i + 1 < len; i += 61) {
        CHECK_STATUS(PP_ERR_MALFORMED, import_pem(again, pem, i));
    }
    CHECK_STATUS(PP_ERR_MALFORMED, import_pem(again, pem, len - 2));
    strcpy(other, pem);
    other[len / 2] = '\0';
    CHECK_STATUS(PP_ERR_MALFORMED, import_pem(again, other, len));
    other[len / 2] = (char)0x80; /* no UTF-8 */
    CHECK_STATUS(PP_ERR_MALFORMED, import_pem(again, other, len));
    sprintf(other, "-----BEGIN PUBLIC KEY-----%.*s-----END PUBLIC KEY-----\n", (int)len - 53, pem + 27);
    CHECK_STATUS(PP_ERR_MALFORMED, import_pem(again, other, strlen(other)));
    CHECK_STATUS(PP_ERR_MISUSE, import_pem(again, NULL, len));

    CHECK_OK(import_pem(again, pem, len));
    check_same(key, again);
    CHECK_STATUS(PP_ERR_MISUSE, import_pem(again, pem, len));
    memset(other, 0, sizeof other);
    CHECK_OK(pp_issuer_key_export_pkcs8_pem(again, (uint8_t *)other, sizeof other, &needed, NULL));
    CHECK_BYTES(pem, len, other, needed);
    pp_issuer_key_free(again);
}

static void import_others(void) {
    uint8_t expected[49], published[49];
    pp_issuer_key *key = new_key();
    size_t len;
    CHECK_STATUS(PP_ERR_UNSUPPORTED, import_pem(key, P256_PEM, sizeof P256_PEM - 1));
    CHECK_STATUS(PP_ERR_UNSUPPORTED, import_pem(key, ED25519_PEM, sizeof ED25519_PEM - 1));
    CHECK_STATUS(PP_ERR_UNSUPPORTED, import_pem(key, RSA1024_PEM, sizeof RSA1024_PEM - 1));
    CHECK_STATUS(PP_ERR_MALFORMED, import_pem(key, "", 0));
    CHECK_STATUS(PP_ERR_MALFORMED, import_pem(key, "no key", 6));
    CHECK_STATUS(PP_ERR_MALFORMED, import_pem(key, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 59));
    CHECK_OK(import_pem(key, P384_PEM, sizeof P384_PEM - 1));
    test_hex(expected, sizeof expected, P384_PUBLIC);
    CHECK_OK(pp_issuer_key_token_key(key, published, sizeof published, &len, NULL));
    CHECK_BYTES(expected, sizeof expected, published, len);
    pp_issuer_key_free(key);
}

int main(void) {
    static roles all;
    unsigned i;

    test_step("generate");
    generate();
    test_step("derive from a seed");
    derive();
    test_step("import a scalar");
    import_scalar();
    test_step("import the numbers of an RSA key");
    import_components();
    test_step("PKCS#8: every key survives it");
    roles_open(&all);
    for (i = 0; i < ROLES_COUNT; i++) {
        survive_pem(all.issuer[i]);
    }
    roles_close(&all);
    test_step("PKCS#8 of other tools, and of other algorithms");
    import_others();
    test_step("a key that is filled while it is being generated");
    filled_from_behind();
    return test_end();
}
