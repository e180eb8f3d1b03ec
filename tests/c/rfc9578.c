/* RFC 9578 appendix B: whole issuances through C, byte by byte. */
#include "vectors.h"

/* A field of the vector that is being looked at, and its length. */
typedef struct field {
    uint8_t bytes[2048];
    size_t len;
} field;

static test_vectors vectors;
static field private_key, public_key, challenge, nonce, randomness, request, response, token;

static void read_field(field *out, const char *name) {
    out->len = test_vectors_hex(&vectors, name, out->bytes, sizeof out->bytes);
}

static void read_vector(uint16_t token_type) {
    field blind;
    read_field(&private_key, "skS");
    read_field(&public_key, "pkS");
    read_field(&challenge, "token_challenge");
    read_field(&nonce, "nonce");
    read_field(&request, "token_request");
    read_field(&response, "token_response");
    read_field(&token, "token");
    read_field(&blind, "blind");
    randomness.len = 0;
    if (token_type == PP_TOKEN_TYPE_BLIND_RSA_2048) {
        read_field(&randomness, "salt");
    }
    memcpy(randomness.bytes + randomness.len, blind.bytes, blind.len);
    randomness.len += blind.len;
    CHECK_SIZE(token_type == PP_TOKEN_TYPE_VOPRF_P384 ? PP_HAZMAT_VOPRF_P384_BYTES : PP_HAZMAT_BLIND_RSA_2048_BYTES,
               randomness.len);
    CHECK_SIZE(PP_NONCE_BYTES, nonce.len);
}

typedef struct keys {
    pp_issuer_key *issuer;
    pp_token_key *token;
    pp_verifier_key *verifier;
} keys;

/* The private key publishes the public key byte for byte. */
static void open_keys(keys *k, uint16_t token_type) {
    uint8_t published[PP_TOKEN_KEY_MAX_BYTES], id[3][32];
    size_t len;
    CHECK_OK(pp_issuer_key_new(&k->issuer, NULL));
    CHECK_OK(pp_token_key_new(&k->token, NULL));
    CHECK_OK(pp_verifier_key_new(&k->verifier, NULL));
    if (token_type == PP_TOKEN_TYPE_VOPRF_P384) {
        CHECK_OK(pp_issuer_key_import_voprf_p384(k->issuer, private_key.bytes, private_key.len, NULL));
        CHECK_OK(pp_verifier_key_from_issuer_key(k->verifier, k->issuer, NULL));
    } else {
        CHECK_OK(pp_issuer_key_import_pkcs8_pem(k->issuer, private_key.bytes, private_key.len, NULL));
        CHECK_OK(pp_verifier_key_import(k->verifier, token_type, public_key.bytes, public_key.len, NULL));
    }
    CHECK_OK(pp_token_key_import(k->token, token_type, public_key.bytes, public_key.len, NULL));
    CHECK_OK(pp_issuer_key_token_key(k->issuer, published, sizeof published, &len, NULL));
    CHECK_BYTES(public_key.bytes, public_key.len, published, len);
    CHECK_OK(pp_token_key_id_of(id[0], public_key.bytes, public_key.len, NULL));
    CHECK_OK(pp_issuer_key_id(k->issuer, id[1], NULL));
    CHECK_OK(pp_token_key_id(k->token, id[2], NULL));
    CHECK_BYTES(id[0], 32, id[1], 32);
    CHECK_BYTES(id[0], 32, id[2], 32);
    CHECK_BYTES(id[0], 32, token.bytes + 66, 32);
}

static void close_keys(keys *k) {
    pp_issuer_key_free(k->issuer);
    pp_token_key_free(k->token);
    pp_verifier_key_free(k->verifier);
}

static void client(const keys *k) {
    pp_pending_token pending;
    uint8_t out[PP_TOKEN_MAX_BYTES], wrong[PP_HAZMAT_BLIND_RSA_2048_BYTES];
    uint8_t other[128];
    pp_detail detail;
    size_t len;

    memcpy(other, challenge.bytes, challenge.len);
    other[1] ^= 3; /* of the other type */
    CHECK_OK(pp_hazmat_client_begin(k->token, &pending, out, sizeof out, &len, challenge.bytes, challenge.len, nonce.bytes,
                                    randomness.bytes, randomness.len, NULL));
    CHECK_BYTES(request.bytes, request.len, out, len);
    CHECK_OK(pp_client_finish(k->token, &pending, out, sizeof out, &len, response.bytes, response.len, NULL));
    CHECK_BYTES(token.bytes, token.len, out, len);

    /* Randomness of another size, or out of range; a buffer that is too short. */
    memset(&pending, 0, sizeof pending);
    for (len = 0; len < randomness.len; len += 16) {
        size_t out_len;
        CHECK_STATUS(PP_ERR_MISUSE, pp_hazmat_client_begin(k->token, &pending, out, sizeof out, &out_len, challenge.bytes,
                                                           challenge.len, nonce.bytes, randomness.bytes, len, &detail));
        CHECK_SIZE(9, detail.argument);
    }
    CHECK_STATUS(PP_ERR_MISUSE, pp_hazmat_client_begin(k->token, &pending, out, sizeof out, &len, challenge.bytes,
                                                       challenge.len, nonce.bytes, randomness.bytes, randomness.len + 1,
                                                       NULL));
    memset(wrong, 0xFF, sizeof wrong);
    CHECK_STATUS(PP_ERR_MISUSE, pp_hazmat_client_begin(k->token, &pending, out, sizeof out, &len, challenge.bytes,
                                                       challenge.len, nonce.bytes, wrong, randomness.len, &detail));
    CHECK_SIZE(9, detail.argument);
    CHECK_SIZE(0, len);
    memset(wrong, 0, sizeof wrong);
    CHECK_STATUS(PP_ERR_MISUSE, pp_hazmat_client_begin(k->token, &pending, out, sizeof out, &len, challenge.bytes,
                                                       challenge.len, nonce.bytes, wrong, randomness.len, &detail));
    CHECK_SIZE(9, detail.argument);
    CHECK_STATUS(PP_ERR_MISUSE, pp_hazmat_client_begin(k->token, &pending, out, sizeof out, &len, other, challenge.len,
                                                       nonce.bytes, randomness.bytes, randomness.len, &detail));
    CHECK_SIZE(0, detail.argument);
    CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL,
                 pp_hazmat_client_begin(k->token, &pending, out, request.len - 1, &len, challenge.bytes, challenge.len,
                                        nonce.bytes, randomness.bytes, randomness.len, NULL));
    CHECK_SIZE(request.len, len);
    CHECK_ZERO(&pending, sizeof pending);
}

static void issuer(const keys *k, uint16_t token_type) {
    const pp_issuer_key *private_keys[1];
    const pp_token_key *public_keys[1];
    pp_pending_issuance pending;
    pp_signer_request signer;
    uint8_t out[PP_TOKEN_RESPONSE_MAX_BYTES];
    /* The proof of a response of type 0x0001 is random; the evaluated element before it is not. */
    size_t len, fixed = token_type == PP_TOKEN_TYPE_VOPRF_P384 ? 49 : response.len;

    private_keys[0] = k->issuer;
    CHECK_OK(pp_issuer_issue(private_keys, 1, out, sizeof out, &len, request.bytes, request.len, NULL, NULL));
    CHECK_SIZE(response.len, len);
    CHECK_BYTES(response.bytes, fixed, out, fixed);

    /* The printed response passes for that of a signer elsewhere. */
    public_keys[0] = k->token;
    CHECK_OK(pp_issuer_begin(public_keys, 1, &pending, request.bytes, request.len, NULL));
    CHECK_OK(pp_pending_issuance_request(&pending, &signer, NULL));
    CHECK_SIZE(response.len, signer.output_len);
    CHECK_OK(pp_issuer_finish(public_keys, 1, out, sizeof out, &len, &pending, response.bytes, response.len, NULL));
    CHECK_BYTES(response.bytes, response.len, out, len);
    response.bytes[response.len / 2] ^= 1;
    CHECK_STATUS(PP_ERR_SIGNER,
                 pp_issuer_finish(public_keys, 1, out, sizeof out, &len, &pending, response.bytes, response.len, NULL));
    response.bytes[response.len / 2] ^= 1;
}

static void origin(const keys *k, uint16_t token_type) {
    static const struct {
        size_t byte;
        pp_status status;
    } wrong[] = {{0, PP_ERR_UNSUPPORTED},        {2, PP_ERR_INVALID_TOKEN}, {33, PP_ERR_INVALID_TOKEN},
                 {34, PP_ERR_CHALLENGE_MISMATCH}, {66, PP_ERR_UNKNOWN_KEY},  {97, PP_ERR_UNKNOWN_KEY},
                 {98, PP_ERR_INVALID_TOKEN},      {145, PP_ERR_INVALID_TOKEN}};
    const pp_verifier_key *verifiers[1];
    pp_verified_token verified;
    pp_verified_token_fields fields;
    pp_expected expected;
    size_t i;

    verifiers[0] = k->verifier;
    memset(&expected, 0, sizeof expected);
    expected.struct_size = sizeof expected;
    expected.challenge.data = challenge.bytes;
    expected.challenge.len = challenge.len;
    CHECK_OK(pp_origin_verify(verifiers, 1, &verified, token.bytes, token.len, &expected, NULL));
    CHECK_OK(pp_verified_token_get(&verified, &fields, NULL));
    CHECK_SIZE(token_type, fields.token_type);
    CHECK_BYTES(nonce.bytes, nonce.len, fields.nonce, sizeof fields.nonce);
    for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        token.bytes[wrong[i].byte] ^= 1;
        CHECK_STATUS(wrong[i].status, pp_origin_verify(verifiers, 1, NULL, token.bytes, token.len, &expected, NULL));
        token.bytes[wrong[i].byte] ^= 1;
    }
    CHECK_STATUS(PP_ERR_MALFORMED, pp_origin_verify(verifiers, 1, NULL, token.bytes, token.len + 1, &expected, NULL));
    challenge.bytes[challenge.len - 1] ^= 1;
    CHECK_STATUS(PP_ERR_CHALLENGE_MISMATCH,
                 pp_origin_verify(verifiers, 1, NULL, token.bytes, token.len, &expected, NULL));
    challenge.bytes[challenge.len - 1] ^= 1;
}

static void appendix(const char *file, uint16_t token_type) {
    test_vectors_open(&vectors, file);
    while (test_vectors_next(&vectors)) {
        keys k;
        read_vector(token_type);
        open_keys(&k, token_type);
        client(&k);
        issuer(&k, token_type);
        origin(&k, token_type);
        close_keys(&k);
    }
    test_vectors_close(&vectors, 5);
}

int main(void) {
    test_step("appendix B.1: type 0x0001");
    appendix("rfc9578/type1.json", PP_TOKEN_TYPE_VOPRF_P384);
    test_step("appendix B.2: type 0x0002");
    appendix("rfc9578/type2.json", PP_TOKEN_TYPE_BLIND_RSA_2048);
    return test_end();
}
