/*
 * No panic crosses into C: the call says PP_ERR_INTERNAL, the process lives, and the same call then does what it should.
 *
 * It needs a library that can be made to panic, so it is not built with the other tests:
 *
 *     RUSTFLAGS='--cfg privacypass_inject_panic' cargo rustc -p privacypass-ffi --lib --crate-type staticlib \
 *         --target-dir target/c/panic
 *
 * Rust reports each panic on stderr, as it does in any program: the library leaves the hook alone.
 */
#include "roles.h"

#include <pthread.h>

/* Makes the next call panic (ffi/src/inject_panic.rs). */
void pp_test_panic_next(void);

/* The call, whose last argument is &detail, panics; then it is made again, and gives the status. */
#define PANICS_THEN(status_after, call)                                     \
    do {                                                                    \
        memset(&detail, 0x77, sizeof detail);                               \
        pp_test_panic_next();                                               \
        CHECK_STATUS(PP_ERR_INTERNAL, call);                                \
        ROLES_DETAIL(detail, PP_ERR_INTERNAL, 0, PP_NONE, PP_NONE);         \
        CHECK_STATUS(status_after, call);                                   \
        CHECK_STATUS(status_after, detail.status);                          \
    } while (0)
#define PANICS(call) PANICS_THEN(PP_OK, call)

static pp_detail detail;
static roles all;

static void messages(void) {
    uint8_t out[256], digest[PP_CHALLENGE_DIGEST_BYTES];
    pp_token_challenge fields, parsed;
    pp_token_type_sizes sizes;
    pp_token token;
    pp_token_request request;
    size_t len;
    static const uint8_t bytes[98] = {0xF0};

    memset(&fields, 0, sizeof fields);
    fields.token_type = 2;
    fields.issuer_name = roles_bytes("issuer.example", 14);
    PANICS(pp_token_challenge_write(out, sizeof out, &len, &fields, &detail));
    PANICS(pp_token_challenge_parse(&parsed, out, len, &detail));
    PANICS(pp_token_challenge_digest(digest, out, len, &detail));
    PANICS(pp_token_challenge_check_origin(out, len, (const uint8_t *)"a", 1, &detail));
    PANICS(pp_token_parse(&token, bytes, sizeof bytes, &detail));
    PANICS_THEN(PP_ERR_MALFORMED, pp_token_request_parse(&request, bytes, 2, &detail));
    PANICS(pp_token_key_id_of(digest, out, len, &detail));
    PANICS(pp_token_type_get_sizes(&sizes, 2, &detail));

    /* A function that gives no status says no. */
    pp_test_panic_next();
    CHECK(pp_same_name((const uint8_t *)"a", 1, (const uint8_t *)"A", 1) == 0);
    CHECK(pp_same_name((const uint8_t *)"a", 1, (const uint8_t *)"A", 1) == 1);

    /* The detail may be left out here too. */
    pp_test_panic_next();
    CHECK_STATUS(PP_ERR_INTERNAL, pp_token_challenge_digest(digest, out, len, NULL));
}

static void handles(void) {
    static uint64_t memory[PP_ISSUER_KEY_HANDLE_BYTES / 8];
    static const uint8_t seed[32] = {1};
    uint8_t pem[2048], published[PP_TOKEN_KEY_MAX_BYTES], id[PP_TOKEN_KEY_ID_BYTES];
    pp_issuer_key *key, *imported;
    pp_token_key *token;
    pp_verifier_key *verifier;
    uint16_t type;
    size_t len;

    PANICS(pp_issuer_key_new(&imported, &detail));
    PANICS(pp_issuer_key_place(&key, memory, sizeof memory, &detail));
    PANICS_THEN(PP_ERR_MISUSE, pp_issuer_key_type(key, &type, &detail)); /* it is empty still */
    PANICS(pp_issuer_key_derive_voprf_p384(key, seed, sizeof seed, &detail));
    PANICS(pp_issuer_key_token_key(key, published, sizeof published, &len, &detail));
    PANICS(pp_issuer_key_export_pkcs8_pem(key, pem, sizeof pem, &len, &detail));
    PANICS(pp_issuer_key_import_pkcs8_pem(imported, pem, len, &detail));
    PANICS(pp_issuer_key_id(imported, id, &detail));
    PANICS(pp_token_key_new(&token, &detail));
    PANICS(pp_token_key_import(token, 1, published, 49, &detail));
    PANICS(pp_token_key_id(token, id, &detail));
    PANICS(pp_verifier_key_new(&verifier, &detail));
    PANICS(pp_verifier_key_from_issuer_key(verifier, key, &detail));
    PANICS(pp_verifier_key_type(verifier, &type, &detail));
    pp_issuer_key_end(key);
    CHECK_ZERO(memory, 8);
    pp_issuer_key_free(imported);
    PANICS(pp_issuer_key_new(&imported, &detail));
    PANICS(pp_issuer_key_generate(imported, 1, NULL, &detail));
    pp_issuer_key_free(imported);
    pp_token_key_free(token);
    pp_verifier_key_free(verifier);
}

static pp_status always_fresh(void *ctx, const uint8_t *key, uint64_t expires_at, uint64_t now) {
    ++*(int *)ctx;
    return key != NULL && expires_at > now ? PP_OK : PP_ERR_STORE;
}

static pp_status never_signs(void *ctx, uint8_t *output, const pp_signer_request *request) {
    memset(output, 0, request->output_len);
    ++*(int *)ctx;
    return PP_ERR_SIGNER;
}

static void flow(unsigned key) {
    const pp_issuer_key *issuer_keys[1];
    const pp_token_key *token_keys[1];
    const pp_verifier_key *verifier_keys[1];
    pp_pending_token pending;
    pp_pending_issuance issuance;
    pp_signer_request asked;
    pp_verified_token verified;
    pp_verified_token_fields fields;
    pp_expected expected;
    pp_spend_store store;
    pp_signer signer;
    pp_buffer buffer;
    pp_bytes span;
    pp_status result;
    uint8_t challenge[64], request[PP_TOKEN_REQUEST_MAX_BYTES], response[PP_TOKEN_RESPONSE_MAX_BYTES];
    uint8_t again[PP_TOKEN_RESPONSE_MAX_BYTES], token[PP_TOKEN_MAX_BYTES], blob[PP_SEALED_MAX_BYTES];
    size_t challenge_len, request_len, response_len, token_len, len;
    int spends = 0, signs = 0;

    issuer_keys[0] = all.issuer[key];
    token_keys[0] = all.token[key];
    verifier_keys[0] = all.verifier[key];
    memset(&expected, 0, sizeof expected);
    expected.struct_size = sizeof expected;
    memset(&store, 0, sizeof store);
    store.struct_size = sizeof store;
    store.ctx = &spends;
    store.spend = always_fresh;
    memset(&signer, 0, sizeof signer);
    signer.struct_size = sizeof signer;
    signer.ctx = &signs;
    signer.sign = never_signs;

    challenge_len = roles_challenge(challenge, sizeof challenge, roles_type[key], "origin.example");
    expected.challenge = roles_bytes(challenge, challenge_len);
    PANICS(pp_client_begin(all.token[key], &pending, request, sizeof request, &request_len, challenge, challenge_len, NULL,
                           &detail));
    PANICS(pp_attester_check_request(token_keys, 1, &len, request, request_len, &detail));
    PANICS(pp_issuer_issue(issuer_keys, 1, response, sizeof response, &response_len, request, request_len, NULL, &detail));
    PANICS(pp_attester_check_response(roles_type[key], response, response_len, &detail));
    PANICS_THEN(PP_ERR_SIGNER, pp_issuer_issue_with_signer(token_keys, 1, again, sizeof again, &len, request, request_len,
                                                           &signer, &detail));
    CHECK_SIZE(1, signs);
    PANICS(pp_issuer_begin(token_keys, 1, &issuance, request, request_len, &detail));
    PANICS(pp_pending_issuance_request(&issuance, &asked, &detail));
    PANICS(pp_issuer_finish(token_keys, 1, again, sizeof again, &len, &issuance, response, response_len, &detail));
    PANICS(pp_pending_token_seal(&pending, blob, sizeof blob, &len, all.token[key], &detail));
    PANICS(pp_sealed_token_key_id(request, blob, len, &detail));
    PANICS(pp_pending_token_open(&pending, blob, len, all.token[key], &detail));
    PANICS(pp_pending_token_key_id(&pending, request, &detail));
    PANICS(pp_client_finish(all.token[key], &pending, token, sizeof token, &token_len, response, response_len, &detail));
    PANICS(pp_origin_verify(verifier_keys, 1, &verified, token, token_len, &expected, &detail));
    PANICS(pp_verified_token_get(&verified, &fields, &detail));
    PANICS(pp_origin_redeem(verifier_keys, 1, &verified, token, token_len, &expected, &store, 2, 1, &detail));
    CHECK_SIZE(1, spends);

    buffer.data = request;
    buffer.capacity = sizeof request;
    PANICS(pp_client_begin_many(all.token[key], &pending, &buffer, 1, challenge, challenge_len, NULL, &detail));
    span = roles_bytes(request, buffer.len);
    buffer.data = response;
    buffer.capacity = sizeof response;
    result = 77;
    PANICS(pp_issuer_issue_many(issuer_keys, 1, &buffer, &result, &span, 1, NULL, &detail));
    CHECK_OK(result);
    span = roles_bytes(response, buffer.len);
    buffer.data = token;
    buffer.capacity = sizeof token;
    PANICS(pp_client_finish_many(all.token[key], &pending, &buffer, &result, &span, 1, &detail));
    CHECK_OK(result);
    span = roles_bytes(token, buffer.len);
    PANICS(pp_origin_verify_many(verifier_keys, 1, &verified, &result, &span, 1, &expected, &detail));
    CHECK_OK(result);
}

static void makers(void) {
    static const uint8_t secret[PP_CHALLENGE_SECRET_BYTES] = {1};
    uint8_t out[256], digests[PP_ACCEPTED_DIGESTS * PP_CHALLENGE_DIGEST_BYTES];
    pp_stateless_challenges maker;
    pp_token_challenge fields;
    uint64_t time;
    size_t len;
    memset(&fields, 0, sizeof fields);
    fields.token_type = 2;
    fields.issuer_name = roles_bytes("issuer.example", 14);
    PANICS(pp_stateless_challenges_begin(&maker, secret, 60, &detail));
    PANICS(pp_stateless_challenges_write(&maker, out, sizeof out, &len, &fields, 100, &detail));
    PANICS(pp_stateless_challenges_accepted(&maker, digests, &fields, 100, &detail));
    PANICS(pp_stateless_challenges_expiry(&maker, &time, 100, &detail));
    PANICS(pp_stateless_challenges_max_age(&maker, &time, 100, &detail));
    pp_stateless_challenges_wipe(&maker);
}

/* A thread that C started survives it as well. */
static void *thread(void *unused) {
    uint8_t digest[PP_CHALLENGE_DIGEST_BYTES];
    PANICS(pp_token_challenge_digest(digest, NULL, 0, &detail));
    return unused;
}

int main(void) {
    pthread_t other;
    roles_open(&all);
    test_step("messages");
    messages();
    test_step("handles");
    handles();
    test_step("the roles");
    flow(ROLES_VOPRF);
    flow(ROLES_RSA);
    test_step("challenge makers");
    makers();
    test_step("in a thread");
    CHECK(pthread_create(&other, NULL, thread, NULL) == 0);
    CHECK(pthread_join(other, NULL) == 0);
    roles_close(&all);
    return test_end();
}
