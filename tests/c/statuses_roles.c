/* Statuses of the roles that need a broken key, token, seal, store or source of randomness: one call for each. */
#include "arguments_flow.h"
#include "rsa2048.h"

static uint8_t out[4096];
static size_t out_len;

static pp_status fail(void *ctx, uint8_t *bytes, size_t len) {
    (void)ctx;
    (void)bytes;
    (void)len;
    return PP_ERR_RNG;
}

static pp_rng broken_rng(void) {
    pp_rng rng = flow.rng;
    rng.fill = fail;
    return rng;
}

static void randomness(void) {
    pp_rng rng = broken_rng();
    pp_pending_token pending[1];
    pp_buffer buffer;
    static uint8_t nonce[PP_NONCE_BYTES], blind[PP_HAZMAT_VOPRF_P384_BYTES] = {0, 7};
    test_step("randomness");
    CHECK_STATUS(PP_ERR_RNG, pp_random_fill(out, 32, &rng, NULL));
    buffer.data = out;
    buffer.capacity = sizeof out;
    CHECK_STATUS(PP_ERR_RNG, pp_client_begin_many(flow.token_key, pending, &buffer, 1, flow.challenge, flow.challenge_len,
                                                  &rng, NULL));
    CHECK_STATUS(PP_ERR_MALFORMED,
                 pp_client_begin_many(flow.token_key, pending, &buffer, 1, flow.challenge, 5, &flow.rng, NULL));
    CHECK_STATUS(PP_ERR_MALFORMED, pp_hazmat_client_begin(flow.token_key, pending, out, sizeof out, &out_len, flow.challenge,
                                                          5, nonce, blind, sizeof blind, NULL));
}

static void keys(void) {
    static test_vectors vectors;
    static uint64_t room[PP_ISSUER_KEY_HANDLE_BYTES / 8];
    static const char curve[] = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH\n"
                                "-----END PRIVATE KEY-----\n"; /* Ed25519 */
    uint8_t n[256], d[256], p[128], q[128], e[3];
    size_t e_len;
    pp_issuer_key *key;
    test_step("issuer keys");
    CHECK_OK(pp_issuer_key_place(&key, room, sizeof room, NULL));
    test_hex(n, sizeof n, TEST_RSA2048_N);
    test_hex(d, sizeof d, TEST_RSA2048_D);
    test_hex(p, sizeof p, TEST_RSA2048_P);
    test_hex(q, sizeof q, TEST_RSA2048_Q);
    e_len = test_hex(e, sizeof e, TEST_RSA2048_E);
    CHECK_STATUS(PP_ERR_UNSUPPORTED,
                 pp_issuer_key_import_blind_rsa_2048(key, n, 128, e, e_len, d, sizeof d, p, sizeof p, q, sizeof q, NULL));
    /* With the exponents exchanged it is an RSA key, but the public one has more than three bytes. */
    CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_issuer_key_import_blind_rsa_2048(key, n, sizeof n, d, sizeof d, e, e_len, p, sizeof p,
                                                                         q, sizeof q, NULL));
    q[127] ^= 2;
    CHECK_STATUS(PP_ERR_MALFORMED, pp_issuer_key_import_blind_rsa_2048(key, n, sizeof n, e, e_len, d, sizeof d, p, sizeof p,
                                                                       q, sizeof q, NULL));
    CHECK_STATUS(PP_ERR_UNSUPPORTED,
                 pp_issuer_key_import_pkcs8_pem(key, (const uint8_t *)curve, sizeof curve - 1, NULL));
    test_vectors_open(&vectors, "rfc9578/type2.json");
    CHECK(test_vectors_next(&vectors));
    out_len = test_vectors_hex(&vectors, "skS", out, sizeof out);
    CHECK_STATUS(PP_ERR_MALFORMED, pp_issuer_key_import_pkcs8_pem(key, out, out_len / 2, NULL));
    CHECK_OK(pp_issuer_key_import_pkcs8_pem(key, out, out_len, NULL));
    pp_issuer_key_end(key);
}

static void seals(void) {
    uint8_t blob[PP_SEALED_MAX_BYTES], id[PP_TOKEN_KEY_ID_BYTES];
    pp_pending_token pending = flow.pending[0];
    size_t len, version = 0;
    test_step("sealed states");
    CHECK_OK(pp_pending_token_seal(&pending, blob, sizeof blob, &len, flow.token_key, NULL));
    CHECK_STATUS(PP_ERR_MALFORMED, pp_sealed_token_key_id(id, blob, len - 1, NULL));
    while (blob[version] != 1) { /* the seal begins with its magic word, then its version */
        version++;
    }
    blob[version] = 0xFF;
    CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_sealed_token_key_id(id, blob, len, NULL));
    CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_pending_token_open(&pending, blob, len, flow.token_key, NULL));
    blob[version] = 1;
    CHECK_OK(pp_pending_token_open(&pending, blob, len, flow.token_key, NULL));
    pp_pending_token_wipe(&pending);
}

static pp_status answer(void *ctx, const uint8_t *key, uint64_t expires_at, uint64_t now) {
    (void)key;
    (void)expires_at;
    (void)now;
    return *(const pp_status *)ctx;
}

static void redemptions(void) {
    const pp_verifier_key *keys[1];
    pp_status status = PP_OK;
    pp_spend_store store = flow.store;
    pp_expected expected = flow.expected;
    uint8_t *token = flow.token;
    size_t len = flow.token_len;
    uint64_t later = FLOW_NOW + 1;
    test_step("redemptions");
    keys[0] = flow.verifier_key;
    store.ctx = &status;
    store.spend = answer;
    CHECK_OK(pp_origin_redeem(keys, 1, NULL, token, len, &expected, &store, later, FLOW_NOW, NULL));
    status = PP_ERR_REPLAYED;
    CHECK_STATUS(PP_ERR_REPLAYED, pp_origin_redeem(keys, 1, NULL, token, len, &expected, &store, later, FLOW_NOW, NULL));
    status = PP_ERR_EXHAUSTED;
    CHECK_STATUS(PP_ERR_EXHAUSTED, pp_origin_redeem(keys, 1, NULL, token, len, &expected, &store, later, FLOW_NOW, NULL));
    status = 12345; /* no status: the store failed */
    CHECK_STATUS(PP_ERR_STORE, pp_origin_redeem(keys, 1, NULL, token, len, &expected, &store, later, FLOW_NOW, NULL));
    status = PP_OK;
    CHECK_STATUS(PP_ERR_MALFORMED, pp_origin_redeem(keys, 1, NULL, token, len - 1, &expected, &store, later, FLOW_NOW, NULL));
    token[len - 1] ^= 1;
    CHECK_STATUS(PP_ERR_INVALID_TOKEN, pp_origin_redeem(keys, 1, NULL, token, len, &expected, &store, later, FLOW_NOW, NULL));
    CHECK_STATUS(PP_ERR_INVALID_TOKEN, pp_origin_verify(keys, 1, NULL, token, len, &expected, NULL));
    token[len - 1] ^= 1;
    expected.challenge.len--;
    CHECK_STATUS(PP_ERR_CHALLENGE_MISMATCH,
                 pp_origin_redeem(keys, 1, NULL, token, len, &expected, &store, later, FLOW_NOW, NULL));
    token[2 + PP_NONCE_BYTES + PP_CHALLENGE_DIGEST_BYTES] ^= 1; /* the key's identifier */
    CHECK_STATUS(PP_ERR_UNKNOWN_KEY,
                 pp_origin_redeem(keys, 1, NULL, token, len, &flow.expected, &store, later, FLOW_NOW, NULL));
}

int main(void) {
    flow_begin();
    randomness();
    keys();
    seals();
    redemptions();
    flow_end();
    return test_end();
}
