/*
 * What the tests of the roles share: two keys of each type in their three forms, challenges, whole tokens, and a source of
 * randomness that can fail.
 */
#ifndef PRIVACYPASS_TEST_ROLES_H
#define PRIVACYPASS_TEST_ROLES_H

#include "vectors.h"

/* An RSA key that was made for these tests: the numbers, big-endian. The exponent is 65537. */
#define ROLES_RSA_N \
    "b1b4786a4bcb645d875c2cf57352894badcc9e640bf315824c2565f09946ff821baa31ec39419b769e4cfd5fb4761635233a" \
    "622d8e4fd08e7673305a61c4445251068b65cf46f4c46ea6f1ff518244c01d9848caa905f82dea944c754b13655769d4c27e" \
    "edd4d863571384d1cef53ef1a5da5dd6f9acff04f62ec5aae952b56fe670f4848eefd550bb01d12801cb96ddb099bb571bfd" \
    "5acbcc7a403fbb78af0d76d073d3a17c54622fa8eedf85395c8cc44055dc8f5312dbeb555789eef1002d59e617426da29fcc" \
    "1a9a3082b0ea75a9ef73aa054bc19bc89eb524afae2c5a5a016aaa2283160faab83c1ed7ca08f47d66165eb5d2758b409a17" \
    "3e020dc70e1f"

#define ROLES_RSA_D \
    "6695c141d3b9799a088f2ca1114edf5561e292b93cb0ba84fa824863e98833ee1f1c542f832a1d9e0f6a7086743e0b39e7b9" \
    "477df6fe9a6df37131c3ab56cafe1e2a4204a6f0d65223729a9702adca1481c12c9c5990c9a1701ee6387bfb997029f719c4" \
    "7e7575e97b161881aa10a7a2865516010927561cbe256814ef16c107fe931fb343605f3ad5874b052fa4a44023cb0011ccd1" \
    "d51039511bb8adf5b9393ed2e8c4abd1913e8258fc2e04dd21bc72c242262720e2cb64b86b289be6eb3615ce530d4d18ee6d" \
    "fe8f6acd78c0496e82e3896ce6697cadaed85a5ad8440ac582dab53c9eae0be997c307db11474141e4e3b1b2f19c5c21ce0c" \
    "ca742cde2f31"

#define ROLES_RSA_P \
    "cab5f317701728f4a8caf1a90626c83bfbcbf0e215d0f6ffe0685fc9ee876b6fc8d22789b9e2f7cfbd7375fe67720d1ee7e4" \
    "b64dec5ef80c42c0013ee6884728c0260e7187db42d76deef842c098b38e326a0f70edd680639c19b77ddcd664f9feb1a2ee" \
    "d902c0f5804713dfab6089c110d44573237be5c4669a42eab6fe46c9"

#define ROLES_RSA_Q \
    "e06badd98012311e5919a4fb6faa2ac0dbfb3e2e366da93a624cce82861d2a1970a8f7a9739ad0e55371d5514c94fbb05511" \
    "a35b720b60220491cace8014482506a299cc9d02679b5b0fa3dc034edaa8abaad96af698cc37b98564a91d75e73c64d63104" \
    "5dd4f4c850ea364ef98391bcbb34ce1d014d56541f16f6e7237359a7"

#define ROLES_RSA_E "010001"

/* The keys: of type 0x0001 and 0x0002, and another one of each. */
#define ROLES_VOPRF 0
#define ROLES_RSA 1
#define ROLES_OTHER_VOPRF 2
#define ROLES_OTHER_RSA 3
#define ROLES_COUNT 4

typedef struct roles {
    pp_issuer_key *issuer[ROLES_COUNT];
    pp_token_key *token[ROLES_COUNT];
    pp_verifier_key *verifier[ROLES_COUNT];
} roles;

static const uint16_t roles_type[ROLES_COUNT] = {PP_TOKEN_TYPE_VOPRF_P384, PP_TOKEN_TYPE_BLIND_RSA_2048,
                                                 PP_TOKEN_TYPE_VOPRF_P384, PP_TOKEN_TYPE_BLIND_RSA_2048};
static const size_t roles_request_bytes[ROLES_COUNT] = {52, 259, 52, 259};
static const size_t roles_response_bytes[ROLES_COUNT] = {145, 256, 145, 256};
static const size_t roles_token_bytes[ROLES_COUNT] = {146, 354, 146, 354};

/* Import the RSA key above. */
static inline pp_status roles_import_rsa(pp_issuer_key *key) {
    uint8_t n[256], e[3], d[256], p[128], q[128];
    size_t n_len = test_hex(n, sizeof n, ROLES_RSA_N), e_len = test_hex(e, sizeof e, ROLES_RSA_E);
    size_t d_len = test_hex(d, sizeof d, ROLES_RSA_D), p_len = test_hex(p, sizeof p, ROLES_RSA_P);
    size_t q_len = test_hex(q, sizeof q, ROLES_RSA_Q);
    return pp_issuer_key_import_blind_rsa_2048(key, n, n_len, e, e_len, d, d_len, p, p_len, q, q_len, NULL);
}

/* Read the RSA key of the vectors of RFC 9578: PEM. */
static inline size_t roles_vector_pem(uint8_t *pem, size_t capacity) {
    static test_vectors vectors;
    test_vectors_open(&vectors, "rfc9578/type2.json");
    CHECK(test_vectors_next(&vectors));
    return test_vectors_hex(&vectors, "skS", pem, capacity);
}

static inline void roles_open(roles *all) {
    static const uint8_t seed[2][32] = {{1, 2, 3}, {4, 5, 6}};
    uint8_t pem[2048];
    size_t pem_len = roles_vector_pem(pem, sizeof pem);
    unsigned i;
    for (i = 0; i < ROLES_COUNT; i++) {
        CHECK_OK(pp_issuer_key_new(&all->issuer[i], NULL));
        CHECK_OK(pp_token_key_new(&all->token[i], NULL));
        CHECK_OK(pp_verifier_key_new(&all->verifier[i], NULL));
    }
    CHECK_OK(pp_issuer_key_derive_voprf_p384(all->issuer[ROLES_VOPRF], seed[0], sizeof seed[0], NULL));
    CHECK_OK(pp_issuer_key_derive_voprf_p384(all->issuer[ROLES_OTHER_VOPRF], seed[1], sizeof seed[1], NULL));
    CHECK_OK(pp_issuer_key_import_pkcs8_pem(all->issuer[ROLES_RSA], pem, pem_len, NULL));
    CHECK_OK(roles_import_rsa(all->issuer[ROLES_OTHER_RSA]));
    for (i = 0; i < ROLES_COUNT; i++) {
        CHECK_OK(pp_token_key_from_issuer_key(all->token[i], all->issuer[i], NULL));
        CHECK_OK(pp_verifier_key_from_issuer_key(all->verifier[i], all->issuer[i], NULL));
    }
}

static inline void roles_close(roles *all) {
    unsigned i;
    for (i = 0; i < ROLES_COUNT; i++) {
        pp_issuer_key_free(all->issuer[i]);
        pp_token_key_free(all->token[i]);
        pp_verifier_key_free(all->verifier[i]);
    }
}

static inline pp_bytes roles_bytes(const void *data, size_t len) {
    pp_bytes bytes;
    bytes.data = (const uint8_t *)data;
    bytes.len = len;
    return bytes;
}

/* Write a challenge of issuer.example for the origin. */
static inline size_t roles_challenge(uint8_t *out, size_t capacity, uint16_t token_type, const char *origin) {
    pp_token_challenge challenge;
    size_t len;
    memset(&challenge, 0, sizeof challenge);
    challenge.token_type = token_type;
    challenge.issuer_name = roles_bytes("issuer.example", 14);
    challenge.origin_info = roles_bytes(origin, strlen(origin));
    CHECK_OK(pp_token_challenge_write(out, capacity, &len, &challenge, NULL));
    return len;
}

/* Begin, issue and finish a token of a key, all at once, and give its length. */
static inline size_t roles_token(const roles *all, unsigned key, uint8_t *token, const uint8_t *challenge,
                                 size_t challenge_len) {
    const pp_issuer_key *keys[1];
    pp_pending_token pending;
    uint8_t request[PP_TOKEN_REQUEST_MAX_BYTES], response[PP_TOKEN_RESPONSE_MAX_BYTES];
    size_t request_len, response_len, token_len;
    keys[0] = all->issuer[key];
    CHECK_OK(pp_client_begin(all->token[key], &pending, request, sizeof request, &request_len, challenge, challenge_len,
                             NULL, NULL));
    CHECK_OK(pp_issuer_issue(keys, 1, response, sizeof response, &response_len, request, request_len, NULL, NULL));
    CHECK_OK(pp_client_finish(all->token[key], &pending, token, PP_TOKEN_MAX_BYTES, &token_len, response, response_len,
                              NULL));
    CHECK_SIZE(roles_token_bytes[key], token_len);
    return token_len;
}

/* A source of randomness that counts its calls, and fails at one of them: counted from 1; 0 is never. */
typedef struct roles_source {
    uint64_t state;
    unsigned long calls;
    unsigned long fail_at;
    pp_status answer; /* of the call that fails */
} roles_source;

static inline pp_status roles_source_fill(void *ctx, uint8_t *out, size_t len) {
    roles_source *source = (roles_source *)ctx;
    source->calls++;
    if (source->calls == source->fail_at) {
        memset(out, 0x5A, len / 2); /* a source that fails half way */
        return source->answer;
    }
    return test_rng_fill(&source->state, out, len);
}

static inline pp_rng roles_source_open(roles_source *source, unsigned long fail_at, pp_status answer) {
    pp_rng rng;
    memset(source, 0, sizeof *source);
    source->fail_at = fail_at;
    source->answer = answer;
    memset(&rng, 0, sizeof rng);
    rng.struct_size = sizeof rng;
    rng.ctx = source;
    rng.fill = roles_source_fill;
    return rng;
}

/* What a failing source may answer: a status, another one, and a number that is none. */
static const pp_status roles_failures[] = {PP_ERR_RNG, PP_ERR_INTERNAL, 1};

/* Check all fields of a detail. */
#define ROLES_DETAIL(detail, want_status, want_argument, want_offset, want_index) \
    do {                                                                          \
        CHECK_STATUS((want_status), (detail).status);                             \
        CHECK_SIZE((want_argument), (detail).argument);                           \
        CHECK_SIZE((want_offset), (detail).offset);                               \
        CHECK_SIZE((want_index), (detail).index);                                 \
        memset(&(detail), 0x77, sizeof(detail));                                  \
    } while (0)

#endif /* PRIVACYPASS_TEST_ROLES_H */
