/* How much stack each operation takes: client, issuer and origin of both token types, one call at a time.
 *
 * It says `ok` for each type, or the number of the first line that did not do what it should. */
#include "board.h"
#include "rsa2048.h"
#include "test_rng.h"

#include <string.h>

static const char ORIGIN[] = "origin.example";
static const char ISSUER[] = "issuer.example";

/* Two tokens fit: one of each type. */
typedef struct store {
    uint8_t keys[2][PP_SPEND_KEY_BYTES];
    size_t count;
} store;

static pp_status spend(void *ctx, const uint8_t *key, uint64_t expires_at, uint64_t now)
{
    store *spent = ctx;
    (void)expires_at;
    (void)now;
    for (size_t i = 0; i < spent->count; i++) {
        if (memcmp(spent->keys[i], key, PP_SPEND_KEY_BYTES) == 0) {
            return PP_ERR_REPLAYED;
        }
    }
    if (spent->count == 2) {
        return PP_ERR_EXHAUSTED;
    }
    memcpy(spent->keys[spent->count++], key, PP_SPEND_KEY_BYTES);
    return PP_OK;
}

/* The memory that a program with a heap would ask malloc for. */
static uint64_t issuer_key_memory[PP_ISSUER_KEY_HANDLE_BYTES / 8];
static uint64_t token_key_memory[PP_TOKEN_KEY_HANDLE_BYTES / 8];
static uint64_t verifier_key_memory[PP_VERIFIER_KEY_HANDLE_BYTES / 8];
static pp_pending_token pending;
static uint8_t challenge[128], request[PP_TOKEN_REQUEST_MAX_BYTES], response[PP_TOKEN_RESPONSE_MAX_BYTES];
static uint8_t token_key_bytes[PP_TOKEN_KEY_MAX_BYTES], sealed[PP_SEALED_MAX_BYTES], token[PP_TOKEN_MAX_BYTES];
static store spent;

static size_t deepest;

/* What the second redemption of a token answers. The script's self-test gives another. */
#ifndef SECOND_TIME
#define SECOND_TIME PP_ERR_REPLAYED
#endif

/* Stops the flow unless the call gives what it should. */
#define EXPECT(expected, call)       \
    do {                             \
        if ((call) != (expected)) {  \
            return __LINE__;         \
        }                            \
    } while (0)

/* The same, and says what stack the call took. */
#define MEASURE(name, call)          \
    do {                             \
        board_paint_stack();         \
        pp_status status = (call);   \
        report(name);                \
        if (status != PP_OK) {       \
            return __LINE__;         \
        }                            \
    } while (0)

static void report(const char *name)
{
    size_t used = board_stack_used();
    board_print("    ");
    board_print_number(used);
    board_print(name);
    if (used > deepest) {
        deepest = used;
    }
}

/* Type 0x0001 draws a key, type 0x0002 imports one. */
static pp_status fill(pp_issuer_key *key, uint16_t token_type, const pp_rng *rng)
{
    if (token_type == PP_TOKEN_TYPE_VOPRF_P384) {
        return pp_issuer_key_generate(key, token_type, rng, NULL);
    }
    return pp_issuer_key_import_blind_rsa_2048(key, MODULUS, sizeof MODULUS, EXPONENT, sizeof EXPONENT,
                                               PRIVATE_EXPONENT, sizeof PRIVATE_EXPONENT, PRIME_P, sizeof PRIME_P,
                                               PRIME_Q, sizeof PRIME_Q, NULL);
}

static int flow(uint16_t token_type)
{
    uint64_t rng_state = token_type;
    const pp_rng rng = {.struct_size = sizeof rng, .ctx = &rng_state, .fill = test_rng_fill};

    /* Issuer: a key, and what it publishes of it. */
    pp_issuer_key *issuer_key;
    EXPECT(PP_OK, pp_issuer_key_place(&issuer_key, issuer_key_memory, sizeof issuer_key_memory, NULL));
    MEASURE(" issuer: private key\n", fill(issuer_key, token_type, &rng));
    size_t key_len;
    EXPECT(PP_OK, pp_issuer_key_token_key(issuer_key, token_key_bytes, sizeof token_key_bytes, &key_len, NULL));

    /* Origin: a challenge, and a key to verify with. */
    const pp_token_challenge fields = {.token_type = token_type,
                                       .issuer_name = {(const uint8_t *)ISSUER, sizeof ISSUER - 1},
                                       .origin_info = {(const uint8_t *)ORIGIN, sizeof ORIGIN - 1}};
    size_t challenge_len;
    EXPECT(PP_OK, pp_token_challenge_write(challenge, sizeof challenge, &challenge_len, &fields, NULL));
    pp_verifier_key *verifier_key;
    EXPECT(PP_OK, pp_verifier_key_place(&verifier_key, verifier_key_memory, sizeof verifier_key_memory, NULL));
    MEASURE(" origin: key\n", pp_verifier_key_from_issuer_key(verifier_key, issuer_key, NULL));

    /* Client: asks for a token. */
    pp_token_key *token_key;
    EXPECT(PP_OK, pp_token_key_place(&token_key, token_key_memory, sizeof token_key_memory, NULL));
    MEASURE(" client: public key\n",
            pp_token_key_import(token_key, token_type, token_key_bytes, key_len, NULL));
    EXPECT(PP_OK, pp_token_challenge_check_origin(challenge, challenge_len, (const uint8_t *)ORIGIN, sizeof ORIGIN - 1,
                                                  NULL));
    size_t request_len;
    MEASURE(" client: begin\n", pp_client_begin(token_key, &pending, request, sizeof request, &request_len, challenge,
                                                challenge_len, &rng, NULL));

    /* The device may sleep between request and response. */
    size_t sealed_len;
    EXPECT(PP_OK, pp_pending_token_seal(&pending, sealed, sizeof sealed, &sealed_len, token_key, NULL));
    EXPECT(PP_OK, pp_pending_token_open(&pending, sealed, sealed_len, token_key, NULL));

    /* Issuer: answers without seeing the token. Client: finishes it. */
    const pp_issuer_key *const issuer_keys[] = {issuer_key};
    size_t response_len, token_len;
    MEASURE(" issuer: issue\n",
            pp_issuer_issue(issuer_keys, 1, response, sizeof response, &response_len, request, request_len, &rng, NULL));
    MEASURE(" client: finish\n",
            pp_client_finish(token_key, &pending, token, sizeof token, &token_len, response, response_len, NULL));
    size_t no_len;
    EXPECT(PP_ERR_ALREADY_USED,
           pp_client_finish(token_key, &pending, request, sizeof request, &no_len, response, response_len, NULL));

    /* Origin: takes it once, and no other. */
    const pp_verifier_key *const verifier_keys[] = {verifier_key};
    const pp_expected expected = {.struct_size = sizeof expected, .challenge = {challenge, challenge_len}};
    const pp_spend_store spend_store = {.struct_size = sizeof spend_store, .ctx = &spent, .spend = spend};
    token[token_len - 1] ^= 1;
    EXPECT(PP_ERR_INVALID_TOKEN,
           pp_origin_redeem(verifier_keys, 1, NULL, token, token_len, &expected, &spend_store, 2, 1, NULL));
    token[token_len - 1] ^= 1;
    MEASURE(" origin: redeem\n",
            pp_origin_redeem(verifier_keys, 1, NULL, token, token_len, &expected, &spend_store, 2, 1, NULL));
    EXPECT(SECOND_TIME,
           pp_origin_redeem(verifier_keys, 1, NULL, token, token_len, &expected, &spend_store, 2, 1, NULL));

    pp_token_key_end(token_key);
    pp_verifier_key_end(verifier_key);
    pp_issuer_key_end(issuer_key);
    return 0;
}

static int run(const char *name, uint16_t token_type)
{
    deepest = 0;
    board_print(name);
    board_print(", bytes of stack:\n");
    int line = flow(token_type);
    board_print(name);
    if (line != 0) {
        board_print(": FAILED at line ");
    } else {
        board_print(": ok, peak ");
    }
    board_print_number(line != 0 ? (size_t)line : deepest);
    board_print("\n");
    return line;
}

int main(void)
{
    int failed = run("type 0x0001, VOPRF (P-384)", PP_TOKEN_TYPE_VOPRF_P384);
    if (failed == 0) {
        failed = run("type 0x0002, blind RSA (2048)", PP_TOKEN_TYPE_BLIND_RSA_2048);
    }
    /* A line number may not fit into an exit status. */
    return failed != 0;
}
