/* The three kinds of key: their lives as handles, and every way to fill, read and write them. */
#include "roles.h"

/* What fills each kind for the tests of its life as a handle, and with what identifier. */
static pp_issuer_key *filled_issuer;
static uint8_t filled_id[PP_TOKEN_KEY_ID_BYTES];

static pp_status fill_issuer_key(pp_issuer_key *key, pp_detail *detail) {
    static const uint8_t seed[32] = {9};
    return pp_issuer_key_derive_voprf_p384(key, seed, sizeof seed, detail);
}

static pp_status fill_token_key(pp_token_key *key, pp_detail *detail) {
    return pp_token_key_from_issuer_key(key, filled_issuer, detail);
}

static pp_status fill_verifier_key(pp_verifier_key *key, pp_detail *detail) {
    return pp_verifier_key_from_issuer_key(key, filled_issuer, detail);
}

/* Room for any handle, and a word to be misaligned by. */
static union room {
    uint64_t words[PP_ISSUER_KEY_HANDLE_BYTES / 8 + 1];
    uint8_t bytes[PP_ISSUER_KEY_HANDLE_BYTES + 8];
} room;

/* A handle that ended leaves zeros where it was, and what it did not use as it was: nothing else is left of a key. */
static void check_wiped(const uint8_t *memory, size_t len) {
    size_t used = len;
    while (used > 0 && memory[used - 1] == 0xA5) {
        used--;
    }
    CHECK(used > 0);
    CHECK_ZERO(memory, used);
}

/* The life of a handle is the same for each kind. */
#define LIFE(kind, KIND)                                                                                                \
    static void life_of_##kind(void) {                                                                                  \
        pp_##kind *key, *untouched = (pp_##kind *)(void *)&room;                                                        \
        uint8_t id[PP_TOKEN_KEY_ID_BYTES];                                                                              \
        uint16_t type = 0xBEEF;                                                                                         \
        pp_detail detail;                                                                                               \
        size_t size = pp_##kind##_size();                                                                               \
                                                                                                                        \
        CHECK_SIZE(PP_##KIND##_HANDLE_BYTES, size);                                                                     \
        CHECK(size <= sizeof room - 8);                                                                                 \
        pp_##kind##_free(NULL);                                                                                         \
        pp_##kind##_end(NULL);                                                                                          \
        CHECK_STATUS(PP_ERR_MISUSE, pp_##kind##_new(NULL, &detail));                                                    \
        ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, PP_NONE);                                                       \
                                                                                                                        \
        /* What cannot be placed is not, and the memory is not touched. */                                              \
        memset(&room, 0xA5, sizeof room);                                                                               \
        CHECK_STATUS(PP_ERR_MISUSE, pp_##kind##_place(NULL, &room, size, &detail));                                     \
        ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, PP_NONE);                                                       \
        key = untouched;                                                                                                \
        CHECK_STATUS(PP_ERR_MISUSE, pp_##kind##_place(&key, NULL, size, &detail));                                      \
        ROLES_DETAIL(detail, PP_ERR_MISUSE, 2, PP_NONE, PP_NONE);                                                       \
        CHECK(key == NULL);                                                                                             \
        CHECK_STATUS(PP_ERR_MISUSE, pp_##kind##_place(&key, room.bytes + 1, size, NULL));                               \
        key = untouched;                                                                                                \
        CHECK_STATUS(PP_ERR_MISUSE, pp_##kind##_place(&key, room.bytes + 4, size, &detail));                            \
        ROLES_DETAIL(detail, PP_ERR_MISUSE, 2, PP_NONE, PP_NONE);                                                       \
        CHECK(key == NULL);                                                                                             \
        key = untouched;                                                                                                \
        CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL, pp_##kind##_place(&key, &room, size - 1, &detail));                       \
        ROLES_DETAIL(detail, PP_ERR_BUFFER_TOO_SMALL, 0, size, PP_NONE);                                                \
        CHECK(key == NULL);                                                                                             \
        CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL, pp_##kind##_place(&key, &room, 0, NULL));                                 \
        CHECK(room.bytes[0] == 0xA5 && memcmp(room.bytes, room.bytes + 1, sizeof room - 1) == 0);                       \
                                                                                                                        \
        /* An empty one can be filled, and nothing else. */                                                             \
        CHECK_OK(pp_##kind##_place(&key, room.words + 1, size, &detail));                                               \
        ROLES_DETAIL(detail, PP_OK, 0, PP_NONE, PP_NONE);                                                               \
        CHECK((void *)key == (void *)(room.words + 1));                                                                 \
        CHECK_STATUS(PP_ERR_MISUSE, pp_##kind##_type(key, &type, &detail));                                             \
        ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, PP_NONE);                                                       \
        CHECK_SIZE(0xBEEF, type);                                                                                       \
        memset(id, 0xEE, sizeof id);                                                                                    \
        CHECK_STATUS(PP_ERR_MISUSE, pp_##kind##_id(key, id, &detail));                                                  \
        ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, PP_NONE);                                                       \
        CHECK(id[0] == 0xEE && memcmp(id, id + 1, sizeof id - 1) == 0);                                                 \
        CHECK_OK(fill_##kind(key, &detail));                                                                            \
        ROLES_DETAIL(detail, PP_OK, 0, PP_NONE, PP_NONE);                                                               \
        CHECK_OK(pp_##kind##_type(key, &type, NULL));                                                                   \
        CHECK_SIZE(PP_TOKEN_TYPE_VOPRF_P384, type);                                                                     \
        CHECK_OK(pp_##kind##_id(key, id, NULL));                                                                        \
        CHECK_BYTES(filled_id, sizeof filled_id, id, sizeof id);                                                        \
        CHECK_STATUS(PP_ERR_MISUSE, pp_##kind##_type(key, NULL, &detail));                                              \
        ROLES_DETAIL(detail, PP_ERR_MISUSE, 2, PP_NONE, PP_NONE);                                                       \
        CHECK_STATUS(PP_ERR_MISUSE, pp_##kind##_id(key, NULL, &detail));                                                \
        ROLES_DETAIL(detail, PP_ERR_MISUSE, 2, PP_NONE, PP_NONE);                                                       \
                                                                                                                        \
        /* A filled one is not filled again. */                                                                         \
        CHECK_STATUS(PP_ERR_MISUSE, fill_##kind(key, &detail));                                                         \
        ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, PP_NONE);                                                       \
        CHECK_OK(pp_##kind##_id(key, id, NULL));                                                                        \
        CHECK_BYTES(filled_id, sizeof filled_id, id, sizeof id);                                                        \
                                                                                                                        \
        /* One that ended is gone, and ending it again does nothing. */                                                 \
        pp_##kind##_end(key);                                                                                           \
        check_wiped((const uint8_t *)(room.words + 1), size);                                                           \
        CHECK_SIZE(0xA5, room.bytes[0]);                                                                                \
        CHECK_STATUS(PP_ERR_MISUSE, pp_##kind##_type(key, &type, NULL));                                                \
        CHECK_STATUS(PP_ERR_MISUSE, fill_##kind(key, NULL));                                                            \
        pp_##kind##_end(key);                                                                                           \
        CHECK_OK(pp_##kind##_place(&key, &room, sizeof room, NULL)); /* more room than needed is fine */                \
        CHECK_OK(fill_##kind(key, NULL));                                                                               \
        pp_##kind##_end(key);                                                                                           \
        CHECK_OK(pp_##kind##_place(&key, &room, size, NULL)); /* so is ending an empty one */                           \
        pp_##kind##_end(key);                                                                                           \
                                                                                                                        \
        /* On the heap: filled, and empty. */                                                                           \
        CHECK_OK(pp_##kind##_new(&key, &detail));                                                                       \
        ROLES_DETAIL(detail, PP_OK, 0, PP_NONE, PP_NONE);                                                               \
        CHECK_STATUS(PP_ERR_MISUSE, pp_##kind##_id(key, id, NULL));                                                     \
        CHECK_OK(fill_##kind(key, NULL));                                                                               \
        CHECK_OK(pp_##kind##_id(key, id, NULL));                                                                        \
        CHECK_BYTES(filled_id, sizeof filled_id, id, sizeof id);                                                        \
        pp_##kind##_free(key);                                                                                          \
        CHECK_OK(pp_##kind##_new(&key, NULL));                                                                          \
        pp_##kind##_free(key);                                                                                          \
    }

LIFE(issuer_key, ISSUER_KEY)
LIFE(token_key, TOKEN_KEY)
LIFE(verifier_key, VERIFIER_KEY)

/* A handle of another kind is misuse, and ending it as the wrong kind leaves it alone. */
static void other_kinds(const roles *all) {
    const pp_issuer_key *not_issuer = (const pp_issuer_key *)(const void *)all->token[0];
    const pp_token_key *not_token = (const pp_token_key *)(const void *)all->verifier[0];
    const pp_verifier_key *not_verifier = (const pp_verifier_key *)(const void *)all->issuer[0];
    uint8_t id[PP_TOKEN_KEY_ID_BYTES];
    uint16_t type;
    size_t len;
    pp_detail detail;

    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_key_type(not_issuer, &type, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, PP_NONE);
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_key_token_key(not_issuer, NULL, 0, &len, NULL));
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_key_export_pkcs8_pem(not_issuer, NULL, 0, &len, NULL));
    CHECK_STATUS(PP_ERR_MISUSE, pp_token_key_id(not_token, id, NULL));
    CHECK_STATUS(PP_ERR_MISUSE, pp_verifier_key_id(not_verifier, id, NULL));
    CHECK_STATUS(PP_ERR_MISUSE, pp_token_key_from_issuer_key(all->token[0], not_issuer, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, PP_NONE); /* it is filled, too, and that comes first */

    pp_issuer_key_end((pp_issuer_key *)(void *)all->token[0]);
    pp_token_key_free((pp_token_key *)(void *)all->verifier[0]);
    pp_verifier_key_free((pp_verifier_key *)(void *)all->issuer[0]);
    CHECK_OK(pp_token_key_type(all->token[0], &type, NULL));
    CHECK_OK(pp_verifier_key_type(all->verifier[0], &type, NULL));
    CHECK_OK(pp_issuer_key_type(all->issuer[0], &type, NULL));
}

static void ids_and_public_keys(const roles *all) {
    uint8_t published[PP_TOKEN_KEY_MAX_BYTES + 1], id[PP_TOKEN_KEY_ID_BYTES], other[PP_TOKEN_KEY_ID_BYTES];
    pp_token_type_sizes sizes;
    pp_token_key *token;
    pp_verifier_key *verifier;
    pp_detail detail;
    uint16_t type;
    size_t len, short_len;
    unsigned i;

    for (i = 0; i < ROLES_COUNT; i++) {
        CHECK_OK(pp_token_type_get_sizes(&sizes, roles_type[i], NULL));
        CHECK_SIZE(roles_request_bytes[i], sizes.token_request);
        CHECK_SIZE(roles_response_bytes[i], sizes.token_response);
        CHECK_SIZE(roles_token_bytes[i], sizes.token);

        CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL, pp_issuer_key_token_key(all->issuer[i], NULL, 0, &len, &detail));
        CHECK_SIZE(sizes.token_key, len);
        ROLES_DETAIL(detail, PP_ERR_BUFFER_TOO_SMALL, 0, len, PP_NONE);
        memset(published, 0xEE, sizeof published);
        CHECK_STATUS(PP_ERR_BUFFER_TOO_SMALL,
                     pp_issuer_key_token_key(all->issuer[i], published, len - 1, &short_len, NULL));
        CHECK_SIZE(len, short_len);
        CHECK_SIZE(0xEE, published[0]);
        CHECK_OK(pp_issuer_key_token_key(all->issuer[i], published, len, &len, NULL));
        CHECK_SIZE(sizes.token_key, len);
        CHECK_SIZE(0xEE, published[len]);

        CHECK_OK(pp_issuer_key_id(all->issuer[i], id, NULL));
        CHECK_OK(pp_token_key_id_of(other, published, len, NULL));
        CHECK_BYTES(id, sizeof id, other, sizeof other);
        CHECK_OK(pp_token_key_id(all->token[i], other, NULL));
        CHECK_BYTES(id, sizeof id, other, sizeof other);
        CHECK_OK(pp_verifier_key_id(all->verifier[i], other, NULL));
        CHECK_BYTES(id, sizeof id, other, sizeof other);
        CHECK_OK(pp_issuer_key_type(all->issuer[i], &type, NULL));
        CHECK_SIZE(roles_type[i], type);
        CHECK_OK(pp_token_key_type(all->token[i], &type, NULL));
        CHECK_SIZE(roles_type[i], type);
        CHECK_OK(pp_verifier_key_type(all->verifier[i], &type, NULL));
        CHECK_SIZE(roles_type[i], type);

        /* What is published is imported, and nothing near it: a handle that could not be filled stays empty. */
        CHECK_OK(pp_token_key_new(&token, NULL));
        for (short_len = 0; short_len < len; short_len++) {
            CHECK_STATUS(PP_ERR_MALFORMED, pp_token_key_import(token, type, published, short_len, NULL));
        }
        CHECK_STATUS(PP_ERR_MALFORMED, pp_token_key_import(token, type, published, len + 1, NULL));
        CHECK_STATUS(PP_ERR_MALFORMED, pp_token_key_import(token, (uint16_t)(3 - type), published, len, NULL));
        CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_token_key_import(token, 3, published, len, NULL));
        CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_token_key_import(token, 0, published, len, NULL));
        CHECK_STATUS(PP_ERR_MISUSE, pp_token_key_import(token, type, NULL, len, &detail));
        ROLES_DETAIL(detail, PP_ERR_MISUSE, 3, PP_NONE, PP_NONE);
        CHECK_STATUS(PP_ERR_MISUSE, pp_token_key_id(token, id, NULL));
        CHECK_OK(pp_token_key_import(token, type, published, len, NULL));
        CHECK_OK(pp_token_key_id(token, other, NULL));
        CHECK_BYTES(id, sizeof id, other, sizeof other);
        CHECK_STATUS(PP_ERR_MISUSE, pp_token_key_import(token, type, published, len, NULL));
        pp_token_key_free(token);

        /* An origin can use the public key of the publicly verifiable type alone. */
        CHECK_OK(pp_verifier_key_new(&verifier, NULL));
        CHECK_STATUS(PP_ERR_MALFORMED, pp_verifier_key_import(verifier, type, published, len - 1, NULL));
        CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_verifier_key_import(verifier, 0xDA7A, published, len, NULL));
        if (type == PP_TOKEN_TYPE_BLIND_RSA_2048) {
            CHECK_OK(pp_verifier_key_import(verifier, type, published, len, NULL));
            CHECK_OK(pp_verifier_key_id(verifier, other, NULL));
            CHECK_BYTES(id, sizeof id, other, sizeof other);
            CHECK_STATUS(PP_ERR_MISUSE, pp_verifier_key_import(verifier, type, published, len, NULL));
        } else {
            CHECK_STATUS(PP_ERR_UNSUPPORTED, pp_verifier_key_import(verifier, type, published, len, NULL));
            CHECK_STATUS(PP_ERR_MISUSE, pp_verifier_key_id(verifier, other, NULL));
        }
        pp_verifier_key_free(verifier);
    }
}

/* No key comes of an empty one. */
static void empty_sources(void) {
    pp_issuer_key *empty;
    pp_token_key *token;
    pp_verifier_key *verifier;
    pp_detail detail;
    size_t len = 7;

    CHECK_OK(pp_issuer_key_new(&empty, NULL));
    CHECK_OK(pp_token_key_new(&token, NULL));
    CHECK_OK(pp_verifier_key_new(&verifier, NULL));
    CHECK_STATUS(PP_ERR_MISUSE, pp_token_key_from_issuer_key(token, empty, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 2, PP_NONE, PP_NONE);
    CHECK_STATUS(PP_ERR_MISUSE, pp_token_key_from_issuer_key(token, NULL, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 2, PP_NONE, PP_NONE);
    CHECK_STATUS(PP_ERR_MISUSE, pp_verifier_key_from_issuer_key(verifier, empty, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 2, PP_NONE, PP_NONE);
    CHECK_STATUS(PP_ERR_MISUSE, pp_verifier_key_from_issuer_key(NULL, empty, &detail));
    ROLES_DETAIL(detail, PP_ERR_MISUSE, 1, PP_NONE, PP_NONE);
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_key_token_key(empty, NULL, 0, &len, NULL));
    CHECK_STATUS(PP_ERR_MISUSE, pp_issuer_key_export_pkcs8_pem(empty, NULL, 0, &len, NULL));
    pp_issuer_key_free(empty);
    pp_token_key_free(token);
    pp_verifier_key_free(verifier);
}

int main(void) {
    static roles all;

    test_step("the lives of an issuer key, a token key and a verifier key");
    CHECK_OK(pp_issuer_key_new(&filled_issuer, NULL));
    CHECK_OK(fill_issuer_key(filled_issuer, NULL));
    CHECK_OK(pp_issuer_key_id(filled_issuer, filled_id, NULL));
    life_of_issuer_key();
    life_of_token_key();
    life_of_verifier_key();
    pp_issuer_key_free(filled_issuer);

    test_step("a handle of another kind");
    roles_open(&all);
    other_kinds(&all);

    test_step("identifiers, types and public keys");
    ids_and_public_keys(&all);
    roles_close(&all);

    test_step("nothing comes of an empty key");
    empty_sources();
    return test_end();
}
