/* The rules at the top of the header, on every argument: issuer keys and token keys. */
#include "arguments_flow.h"
#include "rsa2048.h"

static struct {
    uint8_t pem[4096], spki[PP_TOKEN_KEY_MAX_BYTES];
    size_t pem_len, spki_len;
    uint8_t seed[48], scalar[48], n[256], e[3], d[256], p[128], q[128];
} in;

static void inputs(void) {
    static test_vectors vectors;
    test_vectors_open(&vectors, "rfc9578/type2.json");
    CHECK(test_vectors_next(&vectors));
    in.pem_len = test_vectors_hex(&vectors, "skS", in.pem, sizeof in.pem);
    in.spki_len = test_vectors_hex(&vectors, "pkS", in.spki, sizeof in.spki);
    memset(in.seed, 7, sizeof in.seed);
    memset(in.scalar, 7, sizeof in.scalar);
    test_hex(in.n, sizeof in.n, TEST_RSA2048_N);
    test_hex(in.e, sizeof in.e, TEST_RSA2048_E);
    test_hex(in.d, sizeof in.d, TEST_RSA2048_D);
    test_hex(in.p, sizeof in.p, TEST_RSA2048_P);
    test_hex(in.q, sizeof in.q, TEST_RSA2048_Q);
}

/* An empty handle in the room of argument 1. The one that was there is ended. */

static void fill_issuer_key(void) {
    pp_issuer_key *key;
    pp_issuer_key_end((pp_issuer_key *)(void *)arg_room(1));
    CHECK_OK(pp_issuer_key_place(&key, arg_room(1), pp_issuer_key_size(), NULL));
    arg_fill(1, pp_issuer_key_size(), flow.issuer_key);
}

static void fill_token_key(void) {
    pp_token_key *key;
    pp_token_key_end((pp_token_key *)(void *)arg_room(1));
    CHECK_OK(pp_token_key_place(&key, arg_room(1), pp_token_key_size(), NULL));
    arg_fill(1, pp_token_key_size(), flow.token_key);
}

FUNCTION(pp_issuer_key_new, P(1)) {
    pp_issuer_key_free((pp_issuer_key *)arg_made(1));
    arg_struct(1, sizeof(void *));
}

FUNCTION(pp_issuer_key_place, P(1), P(2), N(3)) {
    arg_struct(1, sizeof(void *));
    arg_memory(2, pp_issuer_key_size());
}

FUNCTION(pp_issuer_key_generate, P(1), (uint16_t)N(2), P(3)) {
    fill_issuer_key();
    arg_number(2, PP_TOKEN_TYPE_VOPRF_P384);
    flow_rng(3);
}

FUNCTION(pp_issuer_key_derive_voprf_p384, P(1), P(2), N(3)) {
    fill_issuer_key();
    arg_input(2, in.seed, sizeof in.seed);
}

FUNCTION(pp_issuer_key_import_voprf_p384, P(1), P(2), N(3)) {
    fill_issuer_key();
    arg_input(2, in.scalar, sizeof in.scalar);
}

FUNCTION(pp_issuer_key_import_blind_rsa_2048, P(1), P(2), N(3), P(4), N(5), P(6), N(7), P(8), N(9), P(10), N(11)) {
    fill_issuer_key();
    arg_input(2, in.n, sizeof in.n);
    arg_input(4, in.e, sizeof in.e);
    arg_input(6, in.d, sizeof in.d);
    arg_input(8, in.p, sizeof in.p);
    arg_input(10, in.q, sizeof in.q);
}

FUNCTION(pp_issuer_key_import_pkcs8_pem, P(1), P(2), N(3)) {
    fill_issuer_key();
    arg_input(2, in.pem, in.pem_len);
}

FUNCTION(pp_issuer_key_export_pkcs8_pem, P(1), P(2), N(3), P(4)) {
    flow_issuer_key(1);
    arg_output(2, 2048);
}

FUNCTION(pp_issuer_key_token_key, P(1), P(2), N(3), P(4)) {
    flow_issuer_key(1);
    arg_output(2, PP_TOKEN_KEY_MAX_BYTES);
}

FUNCTION(pp_issuer_key_type, P(1), P(2)) {
    flow_issuer_key(1);
    arg_struct16(2, sizeof(uint16_t));
}

FUNCTION(pp_issuer_key_id, P(1), P(2)) {
    flow_issuer_key(1);
    arg_bytes(2, PP_TOKEN_KEY_ID_BYTES);
}

FUNCTION(pp_token_key_new, P(1)) {
    pp_token_key_free((pp_token_key *)arg_made(1));
    arg_struct(1, sizeof(void *));
}

FUNCTION(pp_token_key_place, P(1), P(2), N(3)) {
    arg_struct(1, sizeof(void *));
    arg_memory(2, pp_token_key_size());
}

FUNCTION(pp_token_key_import, P(1), (uint16_t)N(2), P(3), N(4)) {
    fill_token_key();
    arg_number(2, PP_TOKEN_TYPE_BLIND_RSA_2048);
    arg_input(3, in.spki, in.spki_len);
}

FUNCTION(pp_token_key_from_issuer_key, P(1), P(2)) {
    fill_token_key();
    flow_issuer_key(2);
}

FUNCTION(pp_token_key_type, P(1), P(2)) {
    flow_token_key(1);
    arg_struct16(2, sizeof(uint16_t));
}

FUNCTION(pp_token_key_id, P(1), P(2)) {
    flow_token_key(1);
    arg_bytes(2, PP_TOKEN_KEY_ID_BYTES);
}

int main(void) {
    flow_begin();
    inputs();
    RUN(pp_issuer_key_new);
    RUN(pp_issuer_key_place);
    RUN(pp_issuer_key_generate);
    RUN(pp_issuer_key_derive_voprf_p384);
    RUN(pp_issuer_key_import_voprf_p384);
    RUN(pp_issuer_key_import_blind_rsa_2048);
    RUN(pp_issuer_key_import_pkcs8_pem);
    RUN(pp_issuer_key_export_pkcs8_pem);
    RUN(pp_issuer_key_token_key);
    RUN(pp_issuer_key_type);
    RUN(pp_issuer_key_id);
    RUN(pp_token_key_new);
    RUN(pp_token_key_place);
    RUN(pp_token_key_import);
    RUN(pp_token_key_from_issuer_key);
    RUN(pp_token_key_type);
    RUN(pp_token_key_id);

    test_step("ending NULL, and memory that holds no handle");
    pp_issuer_key_free(NULL);
    pp_issuer_key_end(NULL);
    pp_issuer_key_end((pp_issuer_key *)(void *)arg_room(0));
    pp_token_key_free(NULL);
    pp_token_key_end(NULL);
    pp_token_key_end((pp_token_key *)(void *)arg_room(0));
    CHECK_ZERO(arg_room(0), ARG_ROOM);
    CHECK_SIZE(PP_ISSUER_KEY_HANDLE_BYTES, pp_issuer_key_size());
    CHECK_SIZE(PP_TOKEN_KEY_HANDLE_BYTES, pp_token_key_size());
    flow_end();
    return test_end();
}
