/*
 * privacypass.h: Privacy Pass (RFC 9576, 9577 and 9578) for clients, attesters, issuers and origins.
 *
 * This file is made from the sources in ffi/src; do not edit it.
 *
 *
 * THE RULES OF THIS HEADER
 *
 * Arguments stand in this order: the object, outputs, inputs, callbacks, detail. The rules hold for every function, and
 * its documentation does not repeat them:
 *
 *   - Every function that can fail returns a pp_status. Whatever else its documentation lists, it may return
 *     PP_ERR_MISUSE when an argument breaks one of these rules, and PP_ERR_INTERNAL for a bug of the library. The last
 *     argument, pp_detail *, may be NULL.
 *   - Input is (const uint8_t *data, size_t len), or a count and an array. (NULL, 0) is empty. (NULL, n) is misuse, and
 *     so is a size over PTRDIFF_MAX.
 *   - Output of variable size is (uint8_t *out, size_t capacity, size_t *out_len). *out_len always gets the size that is
 *     needed, as soon as it is known; if it does not fit, the answer is PP_ERR_BUFFER_TOO_SMALL, nothing is written and
 *     nothing is consumed. So (NULL, 0, &len) asks for the size. PP_..._MAX_BYTES are sizes that are always enough.
 *   - Output of fixed size is a pointer to that many bytes, or to a struct.
 *   - A pointer must not be NULL unless the documentation says that it may be, and must be aligned for its type. Outputs
 *     must not overlap inputs or each other.
 *   - After an error an output holds what it held, or zeros: never half of a result. A length is then 0, or the needed size.
 *   - Numbers on the wire are big-endian; times are unix seconds; sizes are bytes.
 *
 * Objects are of three kinds:
 *
 *   value   A struct of opaque words that the caller puts where it likes, and may move, but must not copy: a copied state
 *           would be used twice. All zeros is a value that holds nothing. _wipe overwrites it with zeros; do so with every
 *           value that holds a secret and that no function has consumed.
 *   handle  Long-lived, behind a pointer to an incomplete type. Either _new puts it on the heap and _free ends it, or
 *           _place puts it into memory of the caller (_size bytes, aligned to 8) and _end ends it; both wipe it. It is made
 *           empty and filled once; filling it again is misuse, so no key is overwritten.
 *   view    Spans into bytes of the caller. It is good as long as those bytes are, and is never freed.
 *
 * Callbacks come in a struct whose first member is its size and whose second is given to each of them. They must not throw,
 * longjmp, or end or use the objects of the call they are called from. What a callback returns is PP_OK or a status; any
 * other number counts as its failure.
 *
 * Threads: there is no global state. A filled handle is never changed again, so any number of threads may use it at a time;
 * filling, freeing and ending a handle, and every use of a value, is for one thread at a time.
 *
 * Secrets: keys, states and secrets are wiped when they end. Everything that touches a secret takes the same time whatever
 * the secret is. Nothing is logged, and no error carries data of the caller.
 *
 * Programs without a heap: define PP_FREESTANDING and link the library that is built without `std`. What stands between
 * #if defined(PP_HOSTED) and #endif is then not there.
 */
#ifndef PRIVACYPASS_H
#define PRIVACYPASS_H

#include <stddef.h>
#include <stdint.h>

#if !defined(PP_FREESTANDING)
#define PP_HOSTED 1
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ================================================================================================
 * VERSION
 *
 * PP_VERSION_ macros name the header a program was compiled with, the functions the library it runs with. Programs
 * compiled with 0.N.x run with any later 0.N.y, and from 1.0 on with any later version of the same major number.
 */

/** The version of this header as a string. */
#define PP_VERSION_STRING "0.1.0"

/** The major version of this header. */
#define PP_VERSION_MAJOR 0

/** The minor version of this header. */
#define PP_VERSION_MINOR 1

/** The patch version of this header. */
#define PP_VERSION_PATCH 0

/** The version of this header as one number that can be compared: major * 1000000 + minor * 1000 + patch. */
#define PP_VERSION 1000

/**
 * Give the version of the library as one number: see PP_VERSION.
 *
 * Returns: the number
 */
uint32_t pp_version(void);

/**
 * Give the version of the library as a string: "0.1.0".
 *
 * Returns: a static string
 */
const char *pp_version_string(void);

/* ================================================================================================
 * STATUS AND DETAIL
 *
 * Every function that can fail returns a pp_status: PP_OK, or one of the PP_ERR_ numbers. They stand in bands, which
 * say who must act. The numbers and their meaning never change; a later version may add numbers to a band, so treat
 * an unknown number as the band it stands in.
 *
 *     -1 ..  -15   misuse       the programmer: the call breaks a rule
 *    -16 ..  -31   malformed    the peer sent bytes that are no message
 *    -32 ..  -47   rejected     the peer sent a message that does not verify: tell it no more than that
 *    -48 ..  -63   state        used, replayed, expired or full
 *    -64 ..  -79   environment  the operator: randomness, store, signer, memory
 *   -127           bug          us: please report it
 */

/** The value of an offset or index that is not known. */
#define PP_NONE 4294967295

/** What a function answers: PP_OK or one of the PP_ERR_ numbers. */
typedef int32_t pp_status;

/**
 * What else is known of a failure. It holds numbers only, so it may be logged.
 *
 * The last argument of every function that can fail points to one, or is NULL. It is written in every case; after PP_OK
 * it says so.
 */
typedef struct pp_detail {
    /** What the function returned. */
    pp_status status;
    /** With PP_ERR_MISUSE: which argument broke a rule, counted from 1; 0 when it is none alone. */
    uint32_t argument;
    /** The byte offset in the input, or with PP_ERR_BUFFER_TOO_SMALL the needed size; PP_NONE when not known. */
    uint32_t offset;
    /** Which item of an array, or which challenge of a header, counted from 0; PP_NONE when not known. */
    uint32_t index;
} pp_detail;

/** The function did what it says. */
#define PP_OK 0

/** The call breaks a rule of this header: pp_detail.argument says which argument, if it is one. */
#define PP_ERR_MISUSE (-1)

/** The output does not fit. Nothing was consumed; the needed size was stored. */
#define PP_ERR_BUFFER_TOO_SMALL (-2)

/** This build, or this role, does not implement the token type or the option. */
#define PP_ERR_UNSUPPORTED (-3)

/** The bytes are no message of the expected kind: pp_detail.offset says where. */
#define PP_ERR_MALFORMED (-16)

/** The message is longer, or has more items, than the stated limit. */
#define PP_ERR_LIMIT (-17)

/** The token's authenticator does not verify. */
#define PP_ERR_INVALID_TOKEN (-32)

/** The issuer's proof, or its blind signature, does not verify. */
#define PP_ERR_INVALID_PROOF (-33)

/** The token was made for another challenge or another origin. */
#define PP_ERR_CHALLENGE_MISMATCH (-34)

/** No key has the identifier the message names. */
#define PP_ERR_UNKNOWN_KEY (-35)

/** The attester did not accept the client. */
#define PP_ERR_ATTESTATION (-36)

/** This one-shot state was used before. */
#define PP_ERR_ALREADY_USED (-48)

/** The token was redeemed before. */
#define PP_ERR_REPLAYED (-49)

/** The time in which this could be used is over, or has not come. */
#define PP_ERR_EXPIRED (-50)

/** No room is left: a store is full. */
#define PP_ERR_EXHAUSTED (-51)

/** The source of randomness failed. */
#define PP_ERR_RNG (-64)

/** The spend store failed or did not answer. */
#define PP_ERR_STORE (-65)

/** The signer failed, or its answer did not check. */
#define PP_ERR_SIGNER (-66)

/** Memory could not be had. */
#define PP_ERR_NO_MEMORY (-67)

/** A bug in this library. */
#define PP_ERR_INTERNAL (-127)

/**
 * Give the name of a status: "PP_ERR_MALFORMED".
 *
 * Returns: a static string; for a number of no status "PP_ERR_UNKNOWN"
 * In:      status  any number
 */
const char *pp_status_name(pp_status status);

/**
 * Say in one English sentence what a status means and what to do next. It is for logs and developers, not for peers.
 *
 * Returns: a static string
 * In:      status  any number
 */
const char *pp_status_message(pp_status status);

/**
 * Give the HTTP status an issuer or attester answers with when a function returned `status`: RFC 9578 sections 5.2 and 6.2.
 *
 * Returns: 200 for PP_OK; 422, 403, 503 or 500; 500 for an unknown number
 * In:      status  what a function returned
 */
uint16_t pp_issuer_http_status(pp_status status);

/**
 * Give the HTTP status an origin answers with when a function returned `status`. With 401 goes a new challenge.
 *
 * Returns: 200 for PP_OK; 400, 401, 503 or 500; 500 for an unknown number
 * In:      status  what a function returned
 */
uint16_t pp_origin_http_status(pp_status status);

/* ================================================================================================
 * BYTES
 *
 * A span lends bytes of the caller to the library, or, in a view, bytes of an input back to the caller: it is good as
 * long as those bytes are. A buffer is room for one output of a batch call.
 */

/**
 * Bytes that somebody else holds.
 *
 * { NULL, 0 } is empty; where a span may be absent, that is what absent looks like. { NULL, n } is misuse.
 */
typedef struct pp_bytes {
    /** The first byte. */
    const uint8_t *data;
    /** How many bytes. */
    size_t len;
} pp_bytes;

/** Room for one output. */
typedef struct pp_buffer {
    /** Where to write; set by the caller. */
    uint8_t *data;
    /** How many bytes fit; set by the caller. */
    size_t capacity;
    /** How many bytes were written, or are needed; set by the library. */
    size_t len;
} pp_buffer;

/* ================================================================================================
 * RANDOMNESS
 *
 * Functions that need randomness take a pp_rng. NULL stands for the operating system's source, which is what a program on
 * a desk or a server wants; a library built for programs without a heap has none, and answers PP_ERR_UNSUPPORTED.
 */

/**
 * A source of randomness. Zero the struct, then set its size and the callback.
 *
 * The source must be cryptographic: who can guess it can link tokens to requests, or knows the keys made with it.
 */
typedef struct pp_rng {
    /** sizeof(pp_rng). */
    size_t struct_size;
    /** Given to the callback as it is. */
    void *ctx;
    /** Fill out[0..len) and return PP_OK, or return anything else: the call then fails with PP_ERR_RNG. */
    pp_status (*fill)(void *ctx,
                      uint8_t *out,
                      size_t len);
} pp_rng;

/* ================================================================================================
 * TOKEN TYPES
 *
 * A token type is any 16-bit number (RFC 9577 section 2.2). One that this library does not implement is data to skip,
 * not an error.
 */

/** VOPRF(P-384, SHA-384): privately verifiable (RFC 9578 section 5). */
#define PP_TOKEN_TYPE_VOPRF_P384 1

/** Blind RSA with a 2048-bit key: publicly verifiable (RFC 9578 section 6). */
#define PP_TOKEN_TYPE_BLIND_RSA_2048 2

/** The largest issuer's public key of any type of this version, as published, in bytes. */
#define PP_TOKEN_KEY_MAX_BYTES 342

/** The largest TokenRequest of any type of this version, in bytes. */
#define PP_TOKEN_REQUEST_MAX_BYTES 259

/** The largest TokenResponse of any type of this version, in bytes. */
#define PP_TOKEN_RESPONSE_MAX_BYTES 256

/** The largest Token of any type of this version, in bytes. */
#define PP_TOKEN_MAX_BYTES 354

/** The sizes, in bytes, of a token type's messages. */
typedef struct pp_token_type_sizes {
    /** The issuer's public key as published. */
    size_t token_key;
    /** The TokenRequest. */
    size_t token_request;
    /** The TokenResponse. */
    size_t token_response;
    /** The authenticator, Nk. */
    size_t authenticator;
    /** The whole Token. */
    size_t token;
} pp_token_type_sizes;

/**
 * Tell the sizes of a token type's messages.
 *
 * Returns: PP_OK
 *          PP_ERR_UNSUPPORTED: this build does not implement the type
 * Out:     sizes
 * In:      token_type  any number
 */
pp_status pp_token_type_get_sizes(pp_token_type_sizes *sizes,
                                  uint16_t token_type,
                                  pp_detail *detail);

/**
 * Tell whether a type is reserved for greasing (RFC 9577 section 6.2.1): nobody issues it, everybody must skip it.
 *
 * Returns: 1 if it is, else 0
 * In:      token_type  any number
 */
int32_t pp_token_type_is_grease(uint16_t token_type);

/* ================================================================================================
 * MESSAGES
 *
 * The messages of RFC 9577 and RFC 9578. Parsing copies nothing: it fills a view whose spans point into the bytes given.
 * A parser refuses trailing bytes, and takes an unknown token type for a value.
 *
 * What is hashed and signed are the bytes as they were received: keep them, and never write a message again to hash it.
 */

/** The size of a nonce in bytes. */
#define PP_NONCE_BYTES 32

/** The size of a challenge digest in bytes: SHA-256 of the TokenChallenge as received. */
#define PP_CHALLENGE_DIGEST_BYTES 32

/** The size of a token key identifier in bytes, Nid: SHA-256 of the issuer's public key as published. */
#define PP_TOKEN_KEY_ID_BYTES 32

/** The size of a redemption context that is not empty, in bytes. */
#define PP_REDEMPTION_CONTEXT_BYTES 32

/** How many origin names pp_token_challenge_write accepts. */
#define PP_ORIGINS_MAX 64

/** The fields of a TokenChallenge (RFC 9577 section 2.1): input for writing, view for parsing. */
typedef struct pp_token_challenge {
    /** The type of token asked for. */
    uint16_t token_type;
    /** The issuer's name, host[:port]. */
    pp_bytes issuer_name;
    /** Binds the token to a session, a time or a request: 32 bytes, or none. */
    pp_bytes redemption_context;
    /**
     * The origins at which the token may be redeemed, host[:port] each, separated by commas; none for a token that any
     * origin may redeem.
     *
     * With no origin and no context, a token can be replayed at every origin that asks the same issuer.
     */
    pp_bytes origin_info;
} pp_token_challenge;

/** A Token (RFC 9577 section 2.2), none of it verified. */
typedef struct pp_token {
    /** The token's type. */
    uint16_t token_type;
    /** The client's nonce: 32 bytes. */
    pp_bytes nonce;
    /** The digest of the challenge the token claims to answer: 32 bytes. */
    pp_bytes challenge_digest;
    /** The issuer key the token claims to be made with: 32 bytes. */
    pp_bytes token_key_id;
    /** The authenticator, Nk bytes. */
    pp_bytes authenticator;
} pp_token;

/** A TokenRequest (RFC 9578 sections 5.1 and 6.1). */
typedef struct pp_token_request {
    /** The type of token asked for. */
    uint16_t token_type;
    /** The last byte of the identifier of the issuer key asked for. */
    uint8_t truncated_token_key_id;
    /** The blinded message: a compressed point, or an RSA representative. */
    pp_bytes blinded_msg;
} pp_token_request;

/**
 * Write a TokenChallenge.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: a name is empty, is no host[:port], or is too long for its field; a redemption context that is
 *          neither empty nor 32 bytes
 *          PP_ERR_LIMIT: more than PP_ORIGINS_MAX names
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     out        the challenge; must not overlap the fields
 *          out_len    its length
 * In:      capacity   the size of out
 *          challenge  the fields
 */
pp_status pp_token_challenge_write(uint8_t *out,
                                   size_t capacity,
                                   size_t *out_len,
                                   const pp_token_challenge *challenge,
                                   pp_detail *detail);

/**
 * Parse a TokenChallenge of any type that has the structure of RFC 9577.
 *
 * Look at the token type before you parse: it is the first two bytes, and the rest of a greased challenge is arbitrary.
 *
 * Returns: PP_OK
 *          PP_ERR_MALFORMED: with the offset: a truncated field, trailing bytes, a name that is empty or not ASCII, a
 *          redemption context of neither 0 nor 32 bytes
 * Out:     challenge  the fields, as spans of data
 * In:      data, len  the challenge as received
 */
pp_status pp_token_challenge_parse(pp_token_challenge *challenge,
                                   const uint8_t *data,
                                   size_t len,
                                   pp_detail *detail);

/**
 * Hash a TokenChallenge: a token carries this digest of the challenge it answers.
 *
 * Returns: PP_OK
 * Out:     digest     PP_CHALLENGE_DIGEST_BYTES bytes
 * In:      data, len  the challenge as it was received or sent; it is not parsed
 */
pp_status pp_token_challenge_digest(uint8_t *digest,
                                    const uint8_t *data,
                                    size_t len,
                                    pp_detail *detail);

/**
 * Check that a challenge may come from the origin it came from: a client does so before it asks for a token, or every
 * origin could collect tokens for any other.
 *
 * Returns: PP_OK: origin_info is empty, or names the origin; letters compare without case, and port 443 is implied
 *          PP_ERR_CHALLENGE_MISMATCH: it names others
 *          PP_ERR_MALFORMED: the bytes are no challenge
 * In:      data, len            the challenge as received
 *          origin, origin_len   the origin the client spoke to, host[:port], as in the URL
 */
pp_status pp_token_challenge_check_origin(const uint8_t *data,
                                          size_t len,
                                          const uint8_t *origin,
                                          size_t origin_len,
                                          pp_detail *detail);

/**
 * Tell whether two names, host[:port], mean the same server: letters compare without case, and port 443 is implied.
 *
 * Returns: 1 if they do; 0 if not, and if an argument breaks a rule
 * In:      a, a_len, b, b_len  the names
 */
int32_t pp_same_name(const uint8_t *a,
                     size_t a_len,
                     const uint8_t *b,
                     size_t b_len);

/**
 * Parse a Token. Nothing is verified: that is what pp_origin_verify is for.
 *
 * Returns: PP_OK
 *          PP_ERR_MALFORMED: with the offset: truncated, or trailing bytes
 * Out:     token      the fields, as spans of data
 * In:      data, len  the token as received; the authenticator of an unknown type is all that follows the 98 bytes
 */
pp_status pp_token_parse(pp_token *token,
                         const uint8_t *data,
                         size_t len,
                         pp_detail *detail);

/**
 * Parse a TokenRequest.
 *
 * Returns: PP_OK
 *          PP_ERR_MALFORMED: with the offset: truncated, or trailing bytes
 * Out:     request    the fields, as spans of data
 * In:      data, len  the request as received
 */
pp_status pp_token_request_parse(pp_token_request *request,
                                 const uint8_t *data,
                                 size_t len,
                                 pp_detail *detail);

/**
 * Hash an issuer's public key as published: its identifier.
 *
 * Returns: PP_OK
 * Out:     token_key_id  PP_TOKEN_KEY_ID_BYTES bytes
 * In:      data, len     the key as published; never decode it and encode it again
 */
pp_status pp_token_key_id_of(uint8_t *token_key_id,
                             const uint8_t *data,
                             size_t len,
                             pp_detail *detail);

#ifdef __cplusplus
}
#endif

#endif /* PRIVACYPASS_H */
