/* Public domain (CC0 1.0): copy what you need. */
/*
 * An origin: reads the Authorization header of a request, verifies the token, redeems it once, and answers with a status.
 *
 * The challenge and the token are the first ones of RFC 9578, appendix B.2, so no client is needed here. An origin makes its
 * challenges with pp_stateless_challenges: see 02_full_flow.c.
 *
 *     cc 01_verify_a_token.c $(pkg-config --cflags --libs privacypass) && ./a.out
 */
#include <privacypass.h>
#include <stdio.h>
#include <string.h>

/* What the issuer's directory publishes as "token-key". */
static const char published_key[] =
    "MIIBUjA9BgkqhkiG9w0BAQowMKANMAsGCWCGSAFlAwQCAqEaMBgGCSqGSIb3DQEBCDALBglghkgBZQMEAgKiAwIBMAOCAQ8A"
    "MIIBCgKCAQEAyxrta2qV9bHOATpM_KsluUsuZKIwNOQlCn6rQ8DfOowSmTrxKxEZCNS0cb7DHUtsmtnN2pBhKi7pA1I-beWi"
    "JNawLwnlw3TQz-Adj1KcUAp4ovZ5CPpoK1orQwyB6vGvcte155T8mKMTknaHl1fORTtSbvm_bOuZl5uEI7kPRGGiKvN6qwz1"
    "cz91l6vkTTHHMttooYHGy75gfYwOUuBlX9mZbcWE7KC-h6-814ozfRex26noKLvYHikTFxROf_ifVWGXCbCWy7nqR0zq0mTC"
    "Bz_kl0DAHwDhCRBgZpg9IeX4PwhuLoI8h5zUPO9wDSo1Kpur1hLQPK0C2xNLfiJaXwIDAQAB";

/* What the origin sent as "challenge": issuer.example, origin.example, and a redemption context. */
static const char sent_challenge[] =
    "AAIADmlzc3Vlci5leGFtcGxlII56zJAOOTOB6IELfJ5KaLUWPx-ICrZoim_-eAkjYJ6IAA5vcmlnaW4uZXhhbXBsZQ==";

/* What the client sent. */
static const char authorization[] =
    "PrivateToken token=\""
    "AAKqcgGdH5Ud8ZcCHOY4dv6LCgLcHDGhKwot0VCNB4J_BVlp9kO0z9pRltSqhq61Nog09PBt5GlQ7UNbO4G9A21EylcviYKp"
    "yiSKMFYYYyLZPKFHJmEh3etWMsB_H3HNJwi8aiG1M9BylLXpAPr1U33T6zPO5OCMlnDR5TWP0YSw4AxjcXT1IGsUx7sOck6_"
    "a1YnHlqi7ZTAUcSkM9MCsjvFJGCBDUifsFD53lyGjGwbBuOEn9CHYp9wTMckvA0JhNXDOWhvzddfmpzdJfN_hV9vTFhNhPcW"
    "hk9Ua2ltYgxb1BqBFJjehP-XQLowA7okItJrket0XAhHWJdGQqQgeCAVQyRt21gDDqjnIjdqqCSE3KlhCo-34BjjlhZUYuF6"
    "A-QOp-EowJCpEezHCAZssgGDMBDB69TpEPyOJ6G-Rn94Zxg2pQglcSOkXk4K4hgKQ0vRA3cTRmNHqOvkZDnT2hlw\"";

/* What an origin keeps from request to request. Any number of threads may use it at a time. */
typedef struct {
    const pp_verifier_key *keys[1]; /* those of all issuers it trusts */
    uint8_t challenge[256];
    size_t challenge_len;
    pp_spend_store store;
} origin;

/* Answer a request: 200 lets the client in; 401 goes with a new challenge. */
static uint16_t answer(const origin *self, const char *header, uint64_t now) {
    const pp_bytes lines[] = {{(const uint8_t *)header, strlen(header)}};
    const pp_expected expected = {.struct_size = sizeof expected, .challenge = {self->challenge, self->challenge_len}};
    uint8_t token[PP_TOKEN_MAX_BYTES];
    size_t token_len;
    pp_status status = pp_authorization_token(token, sizeof token, &token_len, lines, 1, NULL);
    if (status == PP_OK && token_len == 0) {
        return 401; /* the first visit: no token, or credentials of another scheme */
    }
    if (status == PP_OK) {
        /* The store must remember the token for as long as the challenge is accepted. */
        status = pp_origin_redeem(self->keys, 1, NULL, token, token_len, &expected, &self->store, now + 600, now, NULL);
    }
    /* The log may name the check that failed. The peer must not learn it: all that is refused gets one answer. */
    printf("  log: %s\n", pp_status_name(status));
    return pp_origin_http_status(status);
}

/* End the program at `end`, where everything is freed. */
#define TRY(call)              \
    do {                       \
        status = (call);       \
        if (status != PP_OK) { \
            goto end;          \
        }                      \
    } while (0)

static int expect(const char *what, uint16_t wanted, uint16_t got) {
    printf("%s: %u\n", what, (unsigned)got);
    return wanted == got;
}

int main(void) {
    const uint64_t now = 1700000000; /* unix seconds */
    origin self = {.challenge_len = 0};
    pp_verifier_key *verifier_key = NULL;
    pp_memory_spend_store *memory = NULL;
    uint8_t token_key[PP_TOKEN_KEY_MAX_BYTES];
    char damaged[sizeof authorization];
    size_t token_key_len;
    pp_status status;
    int as_wanted = 1;

    TRY(pp_base64url_decode(token_key, sizeof token_key, &token_key_len, (const uint8_t *)published_key,
                            sizeof published_key - 1, NULL));
    TRY(pp_verifier_key_new(&verifier_key, NULL));
    TRY(pp_verifier_key_import(verifier_key, PP_TOKEN_TYPE_BLIND_RSA_2048, token_key, token_key_len, NULL));
    self.keys[0] = verifier_key;
    TRY(pp_base64url_decode(self.challenge, sizeof self.challenge, &self.challenge_len, (const uint8_t *)sent_challenge,
                            sizeof sent_challenge - 1, NULL));
    TRY(pp_memory_spend_store_new(&memory, 1000000, NULL));
    TRY(pp_memory_spend_store_table(memory, &self.store, NULL));

    /* One character of the authenticator is another. */
    memcpy(damaged, authorization, sizeof damaged);
    damaged[sizeof damaged - 10] = damaged[sizeof damaged - 10] == 'A' ? 'B' : 'A';

    as_wanted &= expect("no token", 401, answer(&self, "Basic dXNlcjpwYXNz", now));
    as_wanted &= expect("a damaged token", 401, answer(&self, damaged, now));
    as_wanted &= expect("the token", 200, answer(&self, authorization, now));
    as_wanted &= expect("the same token again", 401, answer(&self, authorization, now));
    as_wanted &= expect("a broken header", 400, answer(&self, "PrivateToken token=", now));

end:
    pp_memory_spend_store_free(memory);
    pp_verifier_key_free(verifier_key);
    if (status != PP_OK || !as_wanted) {
        printf("FAILED: %s\n", pp_status_message(status));
        return 1;
    }
    puts("ok");
    return 0;
}
