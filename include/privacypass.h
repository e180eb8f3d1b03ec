/*
 * privacypass.h: Privacy Pass (RFC 9576, 9577, 9578) for clients, attesters, issuers and origins.
 *
 * This file is made from the sources in ffi/src; do not edit it.
 *
 *
 * THE RULES OF THIS HEADER
 *
 * Arguments stand in this order: the object, outputs, inputs, callbacks, detail; a size or a count
 * follows what it measures. The rules hold for every function, and its documentation does not
 * repeat them:
 *
 *   - Every function that can fail returns a pp_status. Whatever else its documentation lists, it
 *     may return PP_ERR_MISUSE when an argument breaks one of these rules, and PP_ERR_INTERNAL for
 *     a bug of the library. When several things are wrong, which of them is reported is not
 *     defined. The last argument, pp_detail *, may be NULL.
 *   - Input is (const uint8_t *data, size_t len), or an array and a count. (NULL, 0) is empty.
 *     (NULL, n) is misuse, and so is a size over PTRDIFF_MAX. An array of keys is declared as
 *     const pp_issuer_key *keys[] = { key }: C does not take a pp_issuer_key ** for it.
 *   - Output of variable size is (uint8_t *out, size_t capacity, size_t *out_len). *out_len always
 *     gets the size that is needed, as soon as it is known; if it does not fit, the answer is
 *     PP_ERR_BUFFER_TOO_SMALL and nothing is consumed. So (NULL, 0, &len) asks for the size.
 *     PP_..._MAX_BYTES are sizes that are always enough. Text that is written has no zero at its
 *     end, and text that is read needs none.
 *   - Output of fixed size is a pointer to that many bytes, or to a struct.
 *   - A pointer must not be NULL unless the documentation says that it may be, and must be aligned
 *     for its type. Outputs must not overlap inputs or each other.
 *   - After an error an output holds what it held, or zeros: never half of a result. A length is
 *     then 0, or the needed size.
 *   - A struct that begins with struct_size holds its own size there:
 *         pp_expected expected = { 0 };
 *         expected.struct_size = sizeof expected;
 *     It may be longer than this library knows, when the program was compiled with a later header:
 *     that is PP_ERR_UNSUPPORTED, unless all that is new in it is zeros.
 *   - Numbers on the wire are big-endian; times are unix seconds; sizes are bytes.
 *
 * Objects are of three kinds:
 *
 *   value   A struct of opaque words that the caller puts where it likes, and may move, but must
 *           not copy: a copied state would be used twice. All zeros is a value that holds nothing.
 *           _wipe overwrites it with zeros; do so with every value that holds a secret and that no
 *           function has consumed.
 *   handle  Long-lived, behind a pointer to an incomplete type. _new or _parse puts it on the heap,
 *           and _free ends it. Keys can also be put into memory of the caller: _place does so
 *           (_size bytes, aligned to 8), and _end ends them; the memory must not be moved in
 *           between. A key is made empty and filled once; filling it again is misuse, so no key is
 *           overwritten. Ending NULL, or memory that is all zeros, does nothing.
 *   view    Spans into bytes of the caller. It is good as long as those bytes are, and is never
 *           freed.
 *
 * Callbacks come in a struct whose first member is its size and whose second is given to each of
 * them. They must not throw, longjmp, or end or use the objects of the call they are called from.
 * What a callback returns is PP_OK or a status; any other number counts as its failure.
 *
 * Threads: there is no global state. A filled handle is never changed again, or its section says
 * that it locks itself: any number of threads may use it at a time. Filling, freeing and ending a
 * handle, and every use of a value, is for one thread at a time, unless its section says otherwise.
 * A callback is called on the thread that called the library.
 *
 * Secrets: keys, states and secrets are wiped when they end. Everything that touches a secret takes
 * the same time whatever the secret is. Nothing is logged, and no error carries data of the caller.
 *
 * Programs without a heap: define PP_FREESTANDING and link the library that is built without `std`.
 * What stands between #if defined(PP_HOSTED) and #endif is then not there.
 */
#ifndef PRIVACYPASS_H
#define PRIVACYPASS_H

#include <stddef.h>
#include <stdint.h>

#if !defined(PP_FREESTANDING)
#define PP_HOSTED 1
#endif

/** Initialises a pp_bytes that lends a string literal, without the zero at its end. */
#define PP_TEXT(literal) { (const uint8_t *)(literal), sizeof(literal) - 1 }

#ifdef __cplusplus
extern "C" {
#endif

/* ================================================================================================
 * VERSION
 *
 * PP_VERSION_ macros name the header a program was compiled with, the functions the library it runs
 * with. Programs compiled with 0.N.x run with any later 0.N.y, and from 1.0 on with any later
 * version of the same major number.
 */

/** The version of this header as a string. */
#define PP_VERSION_STRING "0.1.0"

/** The major version of this header. */
#define PP_VERSION_MAJOR 0

/** The minor version of this header. */
#define PP_VERSION_MINOR 1

/** The patch version of this header. */
#define PP_VERSION_PATCH 0

/** The version of this header as one number: major * 1000000 + minor * 1000 + patch. */
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
 * Every function that can fail returns a pp_status: PP_OK, or one of the PP_ERR_ numbers. They
 * stand in bands, which say who must act. The numbers and their meaning never change; a later
 * version may add numbers to a band, so treat an unknown number as the band it stands in.
 *
 *     -1 ..  -15   misuse       the programmer: the call breaks a rule
 *    -16 ..  -31   malformed    the peer sent bytes that are no message
 *    -32 ..  -47   rejected     the peer sent a message that does not verify: tell it no more
 *    -48 ..  -63   state        used, replayed, expired or full
 *    -64 ..  -79   environment  the operator: randomness, store, signer, memory
 *   -127           bug          us: please report it
 */

/** The value of an offset or index that is not known. */
#define PP_NONE UINT32_MAX

/** What a function answers: PP_OK or one of the PP_ERR_ numbers. */
typedef int32_t pp_status;

/**
 * What else is known of a failure. It holds numbers only, so it may be logged.
 *
 * The last argument of every function that can fail points to one, or is NULL. It is written in
 * every case; after PP_OK it says so.
 */
typedef struct pp_detail {
    /** What the function returned. */
    pp_status status;
    /** With PP_ERR_MISUSE: which argument broke a rule, counted from 1; 0 when it is none alone. */
    uint32_t argument;
    /**
     * The byte offset in the input, or with PP_ERR_BUFFER_TOO_SMALL the needed size; PP_NONE
     * when not known.
     */
    uint32_t offset;
    /**
     * Which item of an array, or which challenge of a header, counted from 0; PP_NONE when not
     * known.
     */
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
 * Say in one English sentence what a status means and what to do next. It is for logs and
 * developers, not for peers.
 *
 * Returns: a static string
 * In:      status  any number
 */
const char *pp_status_message(pp_status status);

/**
 * Give the HTTP status an issuer or attester answers with when a function returned `status`: RFC
 * 9578 sections 5.2 and 6.2.
 *
 * Returns: 200 for PP_OK; 422, 403, 503 or 500; 500 for an unknown number
 * In:      status  what a function returned
 */
uint16_t pp_issuer_http_status(pp_status status);

/**
 * Give the HTTP status an origin answers with when a function returned `status`. With 401 goes a
 * new challenge.
 *
 * Returns: 200 for PP_OK; 400, 401, 503 or 500; 500 for an unknown number
 * In:      status  what a function returned
 */
uint16_t pp_origin_http_status(pp_status status);

/* ================================================================================================
 * BYTES
 *
 * A span lends bytes of the caller to the library, or, in a view, bytes of an input back to the
 * caller: it is good as long as those bytes are. A buffer is room for one output of a batch call.
 */

/**
 * Bytes that somebody else holds.
 *
 * PP_TEXT("issuer.example") initialises one. { NULL, 0 } is empty; where a span may be absent, that
 * is what absent looks like. { NULL, n } is misuse.
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

/**
 * Overwrite memory with zeros, in a way that the compiler keeps: for secrets of the program.
 *
 * Out:     data  NULL is left alone
 * In:      len   how many bytes
 */
void pp_wipe(void *data,
             size_t len);

/* ================================================================================================
 * RANDOMNESS
 *
 * Functions that need randomness take a pp_rng. NULL stands for the operating system's source,
 * which is what a program on a desk or a server wants; a library built for programs without a heap
 * has none, and answers PP_ERR_UNSUPPORTED.
 */

/**
 * A source of randomness. Zero the struct, then set its size and the callback.
 *
 * The source must be cryptographic: who can guess it can link tokens to requests, or knows the keys
 * made with it.
 */
typedef struct pp_rng {
    /** sizeof(pp_rng). */
    size_t struct_size;
    /** Given to the callback as it is. */
    void *ctx;
    /**
     * Fill out[0..len) and return PP_OK, or return anything else: the call then fails with
     * PP_ERR_RNG.
     */
    pp_status (*fill)(void *ctx,
                      uint8_t *out,
                      size_t len);
} pp_rng;

/**
 * Fill memory with randomness: for a secret, a redemption context, the bytes that greasing takes.
 *
 * Returns: PP_OK
 *          PP_ERR_RNG
 *          PP_ERR_UNSUPPORTED: rng is NULL, and this build has no source of its own
 * Out:     out  zeros unless PP_OK
 * In:      len  how many bytes
 *          rng  a source of randomness; NULL is the system's
 */
pp_status pp_random_fill(uint8_t *out,
                         size_t len,
                         const pp_rng *rng,
                         pp_detail *detail);

/* ================================================================================================
 * TOKEN TYPES
 *
 * A token type is any 16-bit number (RFC 9577 section 2.2). One that this library does not
 * implement is data to skip, not an error.
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
 * Out:     sizes       in bytes
 * In:      token_type  any number
 */
pp_status pp_token_type_get_sizes(pp_token_type_sizes *sizes,
                                  uint16_t token_type,
                                  pp_detail *detail);

/**
 * Tell whether a type is reserved for greasing (RFC 9577 section 6.2.1): nobody issues it,
 * everybody must skip it.
 *
 * Returns: 1 if it is, else 0
 * In:      token_type  any number
 */
int32_t pp_token_type_is_grease(uint16_t token_type);

/* ================================================================================================
 * MESSAGES
 *
 * The messages of RFC 9577 and RFC 9578. Parsing copies nothing: it fills a view whose spans point
 * into the bytes given. A parser refuses trailing bytes, and takes an unknown token type for a
 * value.
 *
 * What is hashed and signed are the bytes as they were received: keep them, and never write a
 * message again to hash it.
 */

/** The size of a nonce in bytes. */
#define PP_NONCE_BYTES 32

/** The size of a challenge digest in bytes: SHA-256 of the TokenChallenge as received. */
#define PP_CHALLENGE_DIGEST_BYTES 32

/**
 * The size of a token key identifier in bytes, Nid: SHA-256 of the issuer's public key as
 * published.
 */
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
     * The origins at which the token may be redeemed, host[:port] each, separated by commas; none
     * for a token that any origin may redeem.
     *
     * With no origin and no context, a token can be replayed at every origin that asks the same
     * issuer.
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
 *          PP_ERR_MISUSE: a name is empty, is no host[:port], or is too long for its field; a
 *          redemption context that is neither empty nor 32 bytes
 *          PP_ERR_LIMIT: more than PP_ORIGINS_MAX names
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     out        the TokenChallenge
 *          out_len    its length: 7 and those of its parts
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
 * Look at the token type before you parse: it is the first two bytes, and the rest of a greased
 * challenge is arbitrary.
 *
 * Returns: PP_OK
 *          PP_ERR_MALFORMED: with the offset: a truncated field, trailing bytes, a name that is
 *          empty or not ASCII, a redemption context of neither 0 nor 32 bytes
 * Out:     challenge  the fields, as spans of data
 * In:      data, len  the TokenChallenge as received
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
 * In:      data, len  the TokenChallenge as it was received or sent; it is not parsed
 */
pp_status pp_token_challenge_digest(uint8_t *digest,
                                    const uint8_t *data,
                                    size_t len,
                                    pp_detail *detail);

/**
 * Check that a challenge may come from the origin it came from: a client does so before it asks for
 * a token, or every origin could collect tokens for any other.
 *
 * Returns: PP_OK: origin_info is empty, or names the origin; letters compare without case, and port
 *          443 is implied
 *          PP_ERR_CHALLENGE_MISMATCH: it names others
 *          PP_ERR_MALFORMED: the bytes are no challenge
 * In:      data, len           the TokenChallenge as received
 *          origin, origin_len  the origin the client spoke to, host[:port], as in the URL
 */
pp_status pp_token_challenge_check_origin(const uint8_t *data,
                                          size_t len,
                                          const uint8_t *origin,
                                          size_t origin_len,
                                          pp_detail *detail);

/**
 * Tell whether two names, host[:port], mean the same server: letters compare without case, and port
 * 443 is implied.
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
 * In:      data, len  the token as received; the authenticator of an unknown type is all that
 *                     follows the 98 bytes
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

/* ================================================================================================
 * HTTP HEADERS
 *
 * The PrivateToken scheme of RFC 9577: an origin writes WWW-Authenticate and reads Authorization, a
 * client reads WWW-Authenticate and writes Authorization. Nothing is allocated. Reading copies
 * nothing: its views point into the field lines given.
 *
 * A header is read from all of its field lines, one span each, without the name and the colon. What
 * peers in the field write beyond the grammar is read too: base64 of either alphabet, with and
 * without padding and quotes, any case of names, unknown parameters. Other schemes, greased
 * challenges and what is malformed are passed over, and take nothing of what stands beside them
 * along.
 *
 *     pp_challenges challenges;
 *     pp_challenge_item item;
 *     pp_challenges_begin(&challenges, lines, count, NULL);
 *     while (pp_challenges_next(&challenges, &item, NULL) == PP_OK && item.kind != PP_ITEM_END) {
 *         if (item.kind == PP_ITEM_CHALLENGE) {
 *             pp_parameter_value_decode(buffer, sizeof buffer, &len, &item.challenge, NULL);
 *         }
 *     }
 */

/**
 * Write a value without quotes where that is legal, and quoted where it holds "=" or is no
 * token. The one to use.
 */
#define PP_PROFILE_AUTO 0

/** Quote every value, as the examples of RFC 9577 do. Refused by iOS 16 and macOS 13. */
#define PP_PROFILE_RFC 1

/**
 * Quote no value, also where "=" makes that illegal: for iOS 16 and macOS 13. Refused by strict
 * readers.
 */
#define PP_PROFILE_UNQUOTED 2

/** A pp_challenge_item after the last one. */
#define PP_ITEM_END 0

/** A pp_challenge_item that is a challenge of the PrivateToken scheme. */
#define PP_ITEM_CHALLENGE 1

/** A pp_challenge_item that is no challenge to answer: pp_challenge_item.skip_reason says why. */
#define PP_ITEM_SKIPPED 2

/** Skipped: a challenge of another authentication scheme. */
#define PP_SKIP_OTHER_SCHEME 1

/** Skipped: its token type is reserved for greasing (RFC 9577 section 6.2.1). */
#define PP_SKIP_GREASED_TYPE 2

/** Skipped: it has no `challenge`. */
#define PP_SKIP_MISSING_CHALLENGE 3

/** Skipped: its `challenge` is no base64. */
#define PP_SKIP_BAD_CHALLENGE 4

/** Skipped: its `challenge` is too short to hold a token type. */
#define PP_SKIP_TOO_SHORT 5

/** Skipped: its `token-key` is no base64. */
#define PP_SKIP_BAD_TOKEN_KEY 6

/**
 * Skipped: it gives a parameter of the scheme twice, so that two readers may see two
 * challenges.
 */
#define PP_SKIP_DUPLICATE_PARAMETER 7

/** Skipped: it breaks the grammar of RFC 9110. */
#define PP_SKIP_MALFORMED_SYNTAX 8

/** How many random bytes pp_www_authenticate_write_greased takes. */
#define PP_GREASE_RANDOM_BYTES 231

/** Where a client is in the challenges of a header. It holds no secret, so it need not be wiped. */
typedef struct pp_challenges {
    /** Not for the caller. */
    uint64_t opaque[16];
} pp_challenges;

/**
 * The value of a parameter as it stands in a header, without the quotes around it; absent: { NULL,
 * 0, 0 }.
 *
 * pp_parameter_value_decode gives what it stands for when it is base64, pp_parameter_value_text
 * when it is text.
 */
typedef struct pp_parameter_value {
    /** The first character; NULL if there is no such parameter. */
    const uint8_t *data;
    /** How many characters; 0 for a value that is there and empty, too. */
    size_t len;
    /** 1 if it stood in a quoted-string, where a backslash escapes the next character; else 0. */
    int32_t quoted;
} pp_parameter_value;

/** What stands at one place of WWW-Authenticate. */
typedef struct pp_challenge_item {
    /** PP_ITEM_CHALLENGE, PP_ITEM_SKIPPED or PP_ITEM_END. */
    int32_t kind;
    /** Why it is skipped: one of PP_SKIP_, to which later versions may add; 0 for other kinds. */
    int32_t skip_reason;
    /** 1 if the token type could be read, as it always is with PP_ITEM_CHALLENGE; else 0. */
    int32_t has_token_type;
    /** The first two bytes of the challenge; it may be any type. 0 when has_token_type is. */
    uint16_t token_type;
    /**
     * The serialised TokenChallenge in base64. Absent, as are the others, unless this is a
     * PP_ITEM_CHALLENGE.
     */
    pp_parameter_value challenge;
    /** The issuer's public key in base64, as the origin gave it; absent if it gave none. */
    pp_parameter_value token_key;
    /** The realm, as text; absent if there is none. */
    pp_parameter_value realm;
    /**
     * 1 if the origin says for how long it accepts a token for this challenge; 0 if not, and if
     * what it says is no number.
     */
    int32_t has_max_age;
    /** For how many seconds. */
    uint64_t max_age;
    /**
     * Which item of the header this is, of whatever scheme, counted from 0 over all field
     * lines. 0 with PP_ITEM_END.
     */
    size_t index;
    /** In which of the field lines given, counted from 0. */
    size_t line;
    /**
     * At which byte of the line it begins; of a skipped one that is malformed, which byte of
     * the line does not fit.
     */
    size_t offset;
} pp_challenge_item;

/** One challenge to write. Zero the struct, then set what is there. */
typedef struct pp_challenge_parameters {
    /** The serialised TokenChallenge. */
    pp_bytes challenge;
    /** The issuer's public key as published, or absent. */
    pp_bytes token_key;
    /** The realm, printable ASCII, or absent. */
    pp_bytes realm;
    /** 1 if max_age is to be written, else 0. */
    int32_t has_max_age;
    /** For how many seconds a token for this challenge is accepted. */
    uint64_t max_age;
} pp_challenge_parameters;

/** The token of Authorization. It is a credential: do not log it, nor the header. */
typedef struct pp_credentials {
    /**
     * 1 if the header holds a token; 0 if it holds no credentials, or those of other schemes
     * only.
     */
    int32_t present;
    /** The first two bytes of the token; it may be any type. */
    uint16_t token_type;
    /** The serialised Token in base64; absent when present is 0. */
    pp_parameter_value token;
    /**
     * The extensions of a token with public metadata
     * (draft-ietf-privacypass-auth-scheme-extensions), in base64. Absent if there are none, or none
     * that can be read. The types of RFC 9578 have none: ignore them there.
     */
    pp_parameter_value extensions;
} pp_credentials;

/**
 * Begin to read the challenges of WWW-Authenticate.
 *
 * The spans of `lines` and their bytes must stay as they are until the last pp_challenges_next, and
 * the bytes for as long as an item is used.
 *
 * Returns: PP_OK, whatever the lines hold
 * Out:     challenges    where to go on; what it held is overwritten
 * In:      lines, count  the field lines, one span each
 */
pp_status pp_challenges_begin(pp_challenges *challenges,
                              const pp_bytes *lines,
                              size_t count,
                              pp_detail *detail);

/**
 * Give the next challenge, or what is skipped in its place.
 *
 * Nothing of a challenge was checked beyond its spelling: decode it, call
 * pp_token_challenge_check_origin, and only then ask for a token.
 *
 * Returns: PP_OK: also after the last item; `item` is then a PP_ITEM_END, however often it is asked
 *          for
 *          PP_ERR_MISUSE: pp_challenges_begin was not called
 * Out:     challenges  where to go on: behind this item from then on
 *          item        a view of the lines
 */
pp_status pp_challenges_next(pp_challenges *challenges,
                             pp_challenge_item *item,
                             pp_detail *detail);

/**
 * Give the name of a PP_SKIP_ number for logs: "greased_type". Names never change.
 *
 * Returns: a static string; for any other number "unknown"
 * In:      skip_reason  any number
 */
const char *pp_skip_reason_name(int32_t skip_reason);

/**
 * Decode a value that is base64: a challenge, a token key, a token.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the value is absent
 *          PP_ERR_MALFORMED: with the offset in the value: no base64; never for what this library
 *          says is base64
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     out       the bytes; must not overlap the value
 *          out_len   how many
 * In:      capacity  the size of out
 *          value     as pp_challenges_next or pp_authorization_parse gave it
 */
pp_status pp_parameter_value_decode(uint8_t *out,
                                    size_t capacity,
                                    size_t *out_len,
                                    const pp_parameter_value *value,
                                    pp_detail *detail);

/**
 * Copy a value that is text, with its escapes resolved: a realm.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the value is absent
 *          PP_ERR_MALFORMED: with the offset in the value: it holds what no value can; never for
 *          what this library gave
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     out       the text, without a zero at its end; must not overlap the value. It comes from
 *                    the peer, and may hold any bytes but control characters, of which the tab
 *                    alone may stand there
 *          out_len   how many bytes
 * In:      capacity  the size of out
 *          value     as pp_challenges_next gave it
 */
pp_status pp_parameter_value_text(uint8_t *out,
                                  size_t capacity,
                                  size_t *out_len,
                                  const pp_parameter_value *value,
                                  pp_detail *detail);

/**
 * Write the value of one WWW-Authenticate field that holds challenges; it goes with status 401.
 *
 * The order is kept: one client in the field (Silk) reads only the last challenge of the first
 * field line.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: count is 0; with the index of the challenge: it is shorter than two
 *          bytes, its realm is not printable ASCII, or is no token and so cannot go unquoted
 *          PP_ERR_UNSUPPORTED: the profile is not known
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     out                the field value, without a zero at its end; must not overlap the
 *                             parameters
 *          out_len            its length
 * In:      capacity           the size of out
 *          parameters, count  the challenges
 *          profile            PP_PROFILE_AUTO, or another one
 */
pp_status pp_www_authenticate_write(uint8_t *out,
                                    size_t capacity,
                                    size_t *out_len,
                                    const pp_challenge_parameters *parameters,
                                    size_t count,
                                    int32_t profile,
                                    pp_detail *detail);

/**
 * Write challenges as pp_www_authenticate_write does, and before the last of them one that is
 * greased: of a reserved type and arbitrary bytes, so that clients stay able to skip what they do
 * not know (RFC 9577 section 6.2.1).
 *
 * Do so now and then, not in every response. What is written depends on the arguments alone: the
 * same random bytes give the same size.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: as pp_www_authenticate_write; the index counts the challenges given
 *          PP_ERR_UNSUPPORTED: the profile is not known
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     out                the field value, without a zero at its end; must not overlap the
 *                             inputs
 *          out_len            its length
 * In:      capacity           the size of out
 *          parameters, count  the challenges
 *          profile            PP_PROFILE_AUTO, or another one
 *          random             PP_GREASE_RANDOM_BYTES bytes, drawn anew for each response
 */
pp_status pp_www_authenticate_write_greased(uint8_t *out,
                                            size_t capacity,
                                            size_t *out_len,
                                            const pp_challenge_parameters *parameters,
                                            size_t count,
                                            int32_t profile,
                                            const uint8_t *random,
                                            pp_detail *detail);

/**
 * Read the token of Authorization. Nothing is verified: that is what pp_origin_verify is for.
 *
 * Decode it into PP_TOKEN_MAX_BYTES bytes. If it does not fit there (PP_ERR_BUFFER_TOO_SMALL), no
 * key can verify it: that is a token to refuse with a 401, and not a failure of the origin, for
 * which pp_origin_http_status would take it.
 *
 * Returns: PP_OK: also when there is no token; pp_credentials.present says so
 *          PP_ERR_MALFORMED: with the offset, and the field line as index: PrivateToken credentials
 *          break the grammar, have no token or two, or one that is no base64 or shorter than two
 *          bytes; or there are two of them
 * Out:     credentials   a view of the lines
 * In:      lines, count  the field lines, one span each
 */
pp_status pp_authorization_parse(pp_credentials *credentials,
                                 const pp_bytes *lines,
                                 size_t count,
                                 pp_detail *detail);

/**
 * Read the token of Authorization, decoded: what pp_authorization_parse and
 * pp_parameter_value_decode do together.
 *
 * With a buffer of PP_TOKEN_MAX_BYTES, no header gives PP_ERR_BUFFER_TOO_SMALL: what is longer than
 * any token this version verifies gets the answer that pp_origin_verify has for it.
 *
 * Returns: PP_OK: also when there is no token; token_len is then 0
 *          PP_ERR_MALFORMED: as for pp_authorization_parse, with the offset, and the field line as
 *          index; or it is longer than PP_TOKEN_MAX_BYTES and of a type this build implements
 *          PP_ERR_UNSUPPORTED: it is longer than that, and of another type
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     token         the Token; must not overlap the lines
 *          token_len     its length; 0 when there is none
 * In:      capacity      the size of token
 *          lines, count  the field lines, one span each
 */
pp_status pp_authorization_token(uint8_t *token,
                                 size_t capacity,
                                 size_t *token_len,
                                 const pp_bytes *lines,
                                 size_t count,
                                 pp_detail *detail);

/**
 * Write the value of the Authorization field that presents a token.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the token is shorter than two bytes
 *          PP_ERR_UNSUPPORTED: the profile is not known
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     out               the field value, without a zero at its end; must not overlap the token
 *          out_len           its length
 * In:      capacity          the size of out
 *          token, token_len  the serialised Token
 *          profile           PP_PROFILE_AUTO, or another one
 */
pp_status pp_authorization_write(uint8_t *out,
                                 size_t capacity,
                                 size_t *out_len,
                                 const uint8_t *token,
                                 size_t token_len,
                                 int32_t profile,
                                 pp_detail *detail);

/* ================================================================================================
 * MEDIA TYPES
 *
 * What stands in Content-Type and Accept of issuance. Send the strings as they are: one client in
 * the field (Silk) compares them byte by byte.
 */

/** The media type of a TokenRequest (RFC 9578 section 8.3.2). */
#define PP_MEDIA_TYPE_TOKEN_REQUEST "application/private-token-request"

/** The media type of a TokenResponse (RFC 9578 section 8.3.3). */
#define PP_MEDIA_TYPE_TOKEN_RESPONSE "application/private-token-response"

/** The media type of an issuer directory (RFC 9578 section 8.3.1). */
#define PP_MEDIA_TYPE_ISSUER_DIRECTORY "application/private-token-issuer-directory"

/** A TokenRequest as deployments older than RFC 9578 name it: accept it, never send it. */
#define PP_MEDIA_TYPE_LEGACY_TOKEN_REQUEST "message/token-request"

/** A TokenResponse as older deployments name it: accept it, and send it only to who asked so. */
#define PP_MEDIA_TYPE_LEGACY_TOKEN_RESPONSE "message/token-response"

/**
 * Tell whether a Content-Type is a media type of Privacy Pass. Case and parameters do not count.
 *
 * Returns: 1 if it is; 0 if not, and if an argument breaks a rule
 * In:      content_type, len  the value of the field
 *          media_type         one of the PP_MEDIA_TYPE_ strings; no other string is any
 */
int32_t pp_media_type_is(const uint8_t *content_type,
                         size_t len,
                         const char *media_type);

/* ================================================================================================
 * BASE64URL
 *
 * For values that stand in no header, such as a token key in a directory; headers are read and
 * written by the functions above.
 */

/**
 * Encode bytes as base64url with padding (RFC 4648 section 5), as a token key stands in a
 * directory.
 *
 * Returns: PP_OK
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     out        the characters, without a zero at their end; must not overlap data
 *          out_len    how many: four for every three bytes, rounded up
 * In:      capacity   the size of out
 *          data, len  the bytes
 */
pp_status pp_base64url_encode(uint8_t *out,
                              size_t capacity,
                              size_t *out_len,
                              const uint8_t *data,
                              size_t len,
                              pp_detail *detail);

/**
 * Decode base64 that stands in no header, with or without padding, of either alphabet.
 *
 * Returns: PP_OK
 *          PP_ERR_MALFORMED: with the offset of the first byte that does not fit
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     out        the bytes; must not overlap data
 *          out_len    how many
 * In:      capacity   the size of out
 *          data, len  the characters
 */
pp_status pp_base64url_decode(uint8_t *out,
                              size_t capacity,
                              size_t *out_len,
                              const uint8_t *data,
                              size_t len,
                              pp_detail *detail);

/* ================================================================================================
 * ISSUER KEYS
 *
 * An issuer key is an issuer's private key for one token type. It is a handle; it is wiped when it
 * ends. Filling it does all the work that depends on the key alone, so fill it once and keep it.
 */

/** The size of the memory pp_issuer_key_place needs, in bytes. */
#define PP_ISSUER_KEY_HANDLE_BYTES 8192

/** An issuer's private key, with its public key. */
typedef struct pp_issuer_key pp_issuer_key;

#if defined(PP_HOSTED)
/**
 * Make an empty issuer key on the heap.
 *
 * Returns: PP_OK
 *          PP_ERR_NO_MEMORY
 * Out:     key  end it with pp_issuer_key_free
 */
pp_status pp_issuer_key_new(pp_issuer_key **key,
                            pp_detail *detail);
#endif

#if defined(PP_HOSTED)
/**
 * Wipe and end an issuer key that pp_issuer_key_new made.
 *
 * In:      key  NULL is left alone
 */
void pp_issuer_key_free(pp_issuer_key *key);
#endif

/**
 * Give the size of the memory pp_issuer_key_place needs.
 *
 * Returns: PP_ISSUER_KEY_HANDLE_BYTES of the library
 */
size_t pp_issuer_key_size(void);

/**
 * Make an empty issuer key in memory of the caller, which must stay there until pp_issuer_key_end.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the memory is not aligned to 8
 *          PP_ERR_BUFFER_TOO_SMALL: fewer bytes than pp_issuer_key_size
 * Out:     key          the handle
 * In:      memory, len  the memory; what it holds does not matter
 */
pp_status pp_issuer_key_place(pp_issuer_key **key,
                              void *memory,
                              size_t len,
                              pp_detail *detail);

/**
 * Wipe and end an issuer key that pp_issuer_key_place made. The memory is the caller's again.
 *
 * In:      key  NULL is left alone
 */
void pp_issuer_key_end(pp_issuer_key *key);

/**
 * Fill an issuer key with a new one. RSA keys take some tenths of a second.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the handle is filled already
 *          PP_ERR_UNSUPPORTED: this build cannot make keys of the type (without a heap: RSA); or
 *          rng is NULL, and it has no source of its own
 *          PP_ERR_RNG
 * Out:     key         the handle to fill
 * In:      token_type  the type of the tokens the key makes
 *          rng         a source of randomness; NULL is the system's
 */
pp_status pp_issuer_key_generate(pp_issuer_key *key,
                                 uint16_t token_type,
                                 const pp_rng *rng,
                                 pp_detail *detail);

/**
 * Fill an issuer key of type 0x0001 with the one that a seed gives (RFC 9578 section 5.5).
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the handle is filled already; the seed is shorter than 32 bytes
 * Out:     key             the handle to fill
 * In:      seed, seed_len  a secret; 32 bytes at least: the vectors of RFC 9497 have 32, those of
 *                          RFC 9578 48
 */
pp_status pp_issuer_key_derive_voprf_p384(pp_issuer_key *key,
                                          const uint8_t *seed,
                                          size_t seed_len,
                                          pp_detail *detail);

/**
 * Fill an issuer key of type 0x0001 with a private scalar.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the handle is filled already
 *          PP_ERR_MALFORMED: it is not 48 bytes, is zero, or is not below the group's order
 * Out:     key                 the handle to fill
 * In:      scalar, scalar_len  48 bytes, big-endian
 */
pp_status pp_issuer_key_import_voprf_p384(pp_issuer_key *key,
                                          const uint8_t *scalar,
                                          size_t scalar_len,
                                          pp_detail *detail);

/**
 * Fill an issuer key of type 0x0002 with the numbers of an RSA key, each big-endian.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the handle is filled already
 *          PP_ERR_MALFORMED: the numbers are not those of one RSA key
 *          PP_ERR_UNSUPPORTED: it has not 2048 bits, or a public exponent of more than three bytes
 * Out:     key       the handle to fill
 * In:      n, n_len  the modulus
 *          e, e_len  the public exponent
 *          d, d_len  the private exponent
 *          p, p_len  one prime
 *          q, q_len  the other
 */
pp_status pp_issuer_key_import_blind_rsa_2048(pp_issuer_key *key,
                                              const uint8_t *n,
                                              size_t n_len,
                                              const uint8_t *e,
                                              size_t e_len,
                                              const uint8_t *d,
                                              size_t d_len,
                                              const uint8_t *p,
                                              size_t p_len,
                                              const uint8_t *q,
                                              size_t q_len,
                                              pp_detail *detail);

#if defined(PP_HOSTED)
/**
 * Fill an issuer key from PKCS#8 in PEM, not encrypted, label PRIVATE KEY.
 *
 * An RSA key is of type 0x0002, a key on secp384r1 of type 0x0001. From a file with another label
 * (RSA PRIVATE KEY, EC PRIVATE KEY, ENCRYPTED PRIVATE KEY), `openssl pkcs8 -topk8 -nocrypt` makes
 * this one.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the handle is filled already
 *          PP_ERR_MALFORMED: it is no such structure, has another label, or its numbers are no key
 *          PP_ERR_UNSUPPORTED: another algorithm or curve, or another size
 * Out:     key           the handle to fill
 * In:      pem, pem_len  the text, without the zero at its end
 */
pp_status pp_issuer_key_import_pkcs8_pem(pp_issuer_key *key,
                                         const uint8_t *pem,
                                         size_t pem_len,
                                         pp_detail *detail);
#endif

#if defined(PP_HOSTED)
/**
 * Write an issuer key as PKCS#8 in PEM, label PRIVATE KEY, lines ending in a line feed, no zero at
 * the end.
 *
 * This is the private key, unencrypted: keep it where secrets are kept, and wipe the buffer.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the key is empty
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     pem, pem_len  the text
 * In:      key           the key
 *          capacity      the size of pem; 2048 is enough
 */
pp_status pp_issuer_key_export_pkcs8_pem(const pp_issuer_key *key,
                                         uint8_t *pem,
                                         size_t capacity,
                                         size_t *pem_len,
                                         pp_detail *detail);
#endif

/**
 * Give the public key as a directory publishes it: token-key, before base64url. For type 0x0002 it
 * is the SubjectPublicKeyInfo of RFC 9578 section 6.5, for type 0x0001 a compressed point.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the key is empty
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     token_key, token_key_len  the public key, PP_TOKEN_KEY_MAX_BYTES at most
 * In:      key                       the key
 *          capacity                  the size of token_key
 */
pp_status pp_issuer_key_token_key(const pp_issuer_key *key,
                                  uint8_t *token_key,
                                  size_t capacity,
                                  size_t *token_key_len,
                                  pp_detail *detail);

/**
 * Tell which type of tokens a key makes.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the key is empty
 * Out:     token_type  one of PP_TOKEN_TYPE_
 * In:      key         the key
 */
pp_status pp_issuer_key_type(const pp_issuer_key *key,
                             uint16_t *token_type,
                             pp_detail *detail);

/**
 * Give the identifier of a key, which every token made with it carries.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the key is empty
 * Out:     token_key_id  PP_TOKEN_KEY_ID_BYTES bytes
 * In:      key           the key
 */
pp_status pp_issuer_key_id(const pp_issuer_key *key,
                           uint8_t *token_key_id,
                           pp_detail *detail);

/* ================================================================================================
 * TOKEN KEYS
 *
 * A token key is an issuer's public key, ready for use: what a client asks for tokens with, what an
 * attester checks requests against, and what an issuer with an external signer checks the signer
 * with. It is a handle.
 */

/** The size of the memory pp_token_key_place needs, in bytes. */
#define PP_TOKEN_KEY_HANDLE_BYTES 2048

/** An issuer's public key. */
typedef struct pp_token_key pp_token_key;

#if defined(PP_HOSTED)
/**
 * Make an empty token key on the heap.
 *
 * Returns: PP_OK
 *          PP_ERR_NO_MEMORY
 * Out:     key  end it with pp_token_key_free
 */
pp_status pp_token_key_new(pp_token_key **key,
                           pp_detail *detail);
#endif

#if defined(PP_HOSTED)
/**
 * End a token key that pp_token_key_new made.
 *
 * In:      key  NULL is left alone
 */
void pp_token_key_free(pp_token_key *key);
#endif

/**
 * Give the size of the memory pp_token_key_place needs.
 *
 * Returns: PP_TOKEN_KEY_HANDLE_BYTES of the library
 */
size_t pp_token_key_size(void);

/**
 * Make an empty token key in memory of the caller, which must stay there until pp_token_key_end.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the memory is not aligned to 8
 *          PP_ERR_BUFFER_TOO_SMALL: fewer bytes than pp_token_key_size
 * Out:     key          the handle
 * In:      memory, len  the memory; what it holds does not matter
 */
pp_status pp_token_key_place(pp_token_key **key,
                             void *memory,
                             size_t len,
                             pp_detail *detail);

/**
 * End a token key that pp_token_key_place made. The memory is the caller's again.
 *
 * In:      key  NULL is left alone
 */
void pp_token_key_end(pp_token_key *key);

/**
 * Fill a token key with a public key as an issuer's directory or a token-key parameter publishes
 * it.
 *
 * Its identifier is the hash of these bytes. For type 0x0002 the SubjectPublicKeyInfo may have the
 * form of RFC 9578, or one of two others that some issuers publish.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the handle is filled already
 *          PP_ERR_UNSUPPORTED: this build does not implement the type
 *          PP_ERR_MALFORMED: the bytes are no key of the type
 * Out:     key         the handle to fill
 * In:      token_type  the type of the tokens the key is for
 *          data, len   the public key
 */
pp_status pp_token_key_import(pp_token_key *key,
                              uint16_t token_type,
                              const uint8_t *data,
                              size_t len,
                              pp_detail *detail);

/**
 * Fill a token key with the public half of an issuer key.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the handle is filled already, or the issuer key is empty
 * Out:     key         the handle to fill
 * In:      issuer_key  the private key
 */
pp_status pp_token_key_from_issuer_key(pp_token_key *key,
                                       const pp_issuer_key *issuer_key,
                                       pp_detail *detail);

/**
 * Tell which type of tokens a key is for.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the key is empty
 * Out:     token_type  one of PP_TOKEN_TYPE_
 * In:      key         the key
 */
pp_status pp_token_key_type(const pp_token_key *key,
                            uint16_t *token_type,
                            pp_detail *detail);

/**
 * Give the identifier of a key, which every token made with it carries.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the key is empty
 * Out:     token_key_id  PP_TOKEN_KEY_ID_BYTES bytes
 * In:      key           the key
 */
pp_status pp_token_key_id(const pp_token_key *key,
                          uint8_t *token_key_id,
                          pp_detail *detail);

/* ================================================================================================
 * CLIENT
 *
 * A client turns a challenge into a request (pp_client_begin), and the issuer's response into a
 * token (pp_client_finish). Between the two it keeps a pp_pending_token: a secret, since who knows
 * it can link the token to the request. It makes one token; it can be sealed, so that another run
 * of the program finishes it.
 */

/** The size of a buffer that holds any sealed state, in bytes. */
#define PP_SEALED_MAX_BYTES 391

/**
 * What a client keeps between request and response: a value, secret, for one token.
 *
 * It holds nothing after pp_client_finish, pp_pending_token_seal and pp_pending_token_wipe.
 */
typedef struct pp_pending_token {
    /** Not for the caller. */
    uint64_t opaque[64];
} pp_pending_token;

/**
 * Begin a token for a challenge.
 *
 * Before this, check that the challenge may come from the origin it came from:
 * pp_token_challenge_check_origin. Nothing of the client's choice (nonce, challenge, blinding) can
 * be seen in the request.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the challenge asks for another type than the key's; the key is empty
 *          PP_ERR_MALFORMED: with the offset: the bytes are no TokenChallenge
 *          PP_ERR_BUFFER_TOO_SMALL
 *          PP_ERR_RNG
 *          PP_ERR_UNSUPPORTED: rng is NULL, and this build has no source of its own
 * Out:     pending                   the state to keep; what it held is lost
 *          request, request_len      the TokenRequest to send, PP_TOKEN_REQUEST_MAX_BYTES at most
 * In:      key                       the issuer's public key
 *          capacity                  the size of request
 *          challenge, challenge_len  the TokenChallenge as received
 *          rng                       a source of randomness; NULL is the system's
 */
pp_status pp_client_begin(const pp_token_key *key,
                          pp_pending_token *pending,
                          uint8_t *request,
                          size_t capacity,
                          size_t *request_len,
                          const uint8_t *challenge,
                          size_t challenge_len,
                          const pp_rng *rng,
                          pp_detail *detail);

/**
 * Begin several tokens for one challenge.
 *
 * Either all are begun or none is: after an error each state holds what it held, or nothing.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the challenge asks for another type than the key's; the key is empty
 *          PP_ERR_MALFORMED: with the offset: the bytes are no TokenChallenge
 *          PP_ERR_BUFFER_TOO_SMALL: pp_detail.index says which is the first; every buffer's len is
 *          the needed size
 *          PP_ERR_RNG
 *          PP_ERR_UNSUPPORTED: rng is NULL, and this build has no source of its own
 * Out:     pending                   count states to keep; what they held is lost
 *          requests                  count buffers for the TokenRequests,
 *                                    PP_TOKEN_REQUEST_MAX_BYTES at most each
 * In:      key                       the issuer's public key
 *          count                     how many tokens to begin
 *          challenge, challenge_len  the TokenChallenge as received
 *          rng                       a source of randomness; NULL is the system's
 */
pp_status pp_client_begin_many(const pp_token_key *key,
                               pp_pending_token *pending,
                               pp_buffer *requests,
                               size_t count,
                               const uint8_t *challenge,
                               size_t challenge_len,
                               const pp_rng *rng,
                               pp_detail *detail);

/**
 * Finish a token with the issuer's response.
 *
 * The state is consumed, whatever the answer, unless that is one of those marked with a star: then
 * it is as it was.
 *
 * Returns: PP_OK
 *        * PP_ERR_MISUSE: the state was begun with another key; the key is empty
 *        * PP_ERR_BUFFER_TOO_SMALL
 *        * PP_ERR_ALREADY_USED: the state holds nothing
 *          PP_ERR_MALFORMED: the bytes are no response of the type
 *          PP_ERR_INVALID_PROOF: the issuer's proof or signature does not verify
 * Out:     pending                 the state; it holds nothing from then on
 *          token, token_len        the Token, PP_TOKEN_MAX_BYTES at most
 * In:      key                     the key the token was begun with
 *          capacity                the size of token
 *          response, response_len  the TokenResponse
 */
pp_status pp_client_finish(const pp_token_key *key,
                           pp_pending_token *pending,
                           uint8_t *token,
                           size_t capacity,
                           size_t *token_len,
                           const uint8_t *response,
                           size_t response_len,
                           pp_detail *detail);

/**
 * Finish several tokens of one key, each with the response at the same place.
 *
 * Returns: PP_OK: results holds a status for each, as pp_client_finish has them
 *          PP_ERR_MISUSE: an argument breaks a rule, or a struct of pending holds something else:
 *          pp_detail.index says which. Nothing is consumed then
 * Out:     pending    count states
 *          tokens     count buffers for the Tokens
 *          results    count statuses
 * In:      key        the key the tokens were begun with
 *          responses  count spans: the TokenResponses
 *          count      how many tokens to finish
 */
pp_status pp_client_finish_many(const pp_token_key *key,
                                pp_pending_token *pending,
                                pp_buffer *tokens,
                                pp_status *results,
                                const pp_bytes *responses,
                                size_t count,
                                pp_detail *detail);

/**
 * Wipe a state, so that no token can be made with it.
 *
 * In:      pending  NULL is left alone
 */
void pp_pending_token_wipe(pp_pending_token *pending);

/**
 * Give the identifier of the key a state was begun with.
 *
 * Returns: PP_OK
 *          PP_ERR_ALREADY_USED: the state holds nothing
 * Out:     token_key_id  PP_TOKEN_KEY_ID_BYTES bytes
 * In:      pending       the state
 */
pp_status pp_pending_token_key_id(const pp_pending_token *pending,
                                  uint8_t *token_key_id,
                                  pp_detail *detail);

/**
 * Give the digest of the challenge a state was begun for.
 *
 * Returns: PP_OK
 *          PP_ERR_ALREADY_USED: the state holds nothing
 * Out:     challenge_digest  PP_CHALLENGE_DIGEST_BYTES bytes
 * In:      pending           the state
 */
pp_status pp_pending_token_digest(const pp_pending_token *pending,
                                  uint8_t *challenge_digest,
                                  pp_detail *detail);

/**
 * Turn a state into bytes, so that another run of the program can finish it. The state holds
 * nothing from then on; after an error it is as it was.
 *
 * The bytes are not encrypted: who has them can link the token to its request. Keep them where
 * secrets are kept, and wipe what is left in memory.
 *
 * Returns: PP_OK
 *          PP_ERR_ALREADY_USED: the state holds nothing
 *          PP_ERR_MISUSE: the state was begun with another key; the key is empty
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     pending         the state to seal
 *          blob, blob_len  the sealed state, PP_SEALED_MAX_BYTES at most
 * In:      capacity        the size of blob
 *          key             the key the token was begun with
 */
pp_status pp_pending_token_seal(pp_pending_token *pending,
                                uint8_t *blob,
                                size_t capacity,
                                size_t *blob_len,
                                const pp_token_key *key,
                                pp_detail *detail);

/**
 * Turn sealed bytes back into a state, and wipe them: a state makes one token.
 *
 * Write the wiped bytes back, or delete the stored copy, before anything is sent that depends on
 * the state.
 *
 * Returns: PP_OK
 *          PP_ERR_ALREADY_USED: the bytes are all zeros: they were opened before
 *          PP_ERR_UNSUPPORTED: a later version of the library sealed them
 *          PP_ERR_UNKNOWN_KEY: they belong to another key: see pp_sealed_token_key_id
 *          PP_ERR_MALFORMED: they are damaged
 * Out:     pending         the state; what it held is lost
 *          blob, blob_len  the sealed state; zeros after PP_OK, else as it was
 * In:      key             the key the token was begun with
 */
pp_status pp_pending_token_open(pp_pending_token *pending,
                                uint8_t *blob,
                                size_t blob_len,
                                const pp_token_key *key,
                                pp_detail *detail);

/**
 * Tell which key a sealed state is for.
 *
 * Returns: PP_OK
 *          PP_ERR_ALREADY_USED: the bytes are all zeros: they were opened before
 *          PP_ERR_UNSUPPORTED: a later version of the library sealed them
 *          PP_ERR_MALFORMED: they are damaged
 * Out:     token_key_id    PP_TOKEN_KEY_ID_BYTES bytes
 * In:      blob, blob_len  the sealed state
 */
pp_status pp_sealed_token_key_id(uint8_t *token_key_id,
                                 const uint8_t *blob,
                                 size_t blob_len,
                                 pp_detail *detail);

/* ================================================================================================
 * ATTESTER
 *
 * An attester vouches for a client to an issuer, without learning which origin asked. What makes a
 * client trustworthy is the program's business; these functions check what passes through.
 */

/**
 * Check that a request is for one of the issuer's keys and has the size of its type.
 *
 * Returns: PP_OK
 *          PP_ERR_MALFORMED: the bytes are no TokenRequest. This and the next two the issuer would
 *          refuse with the HTTP status 422, so it need not be asked
 *          PP_ERR_UNSUPPORTED: no key is of the type
 *          PP_ERR_UNKNOWN_KEY: none of the keys is the one that is asked for
 *          PP_ERR_MISUSE: a key is empty: pp_detail.index says which
 * Out:     key_index             which of the keys the request names, counted from 0
 * In:      keys, key_count       the issuer's public keys
 *          request, request_len  the TokenRequest as received
 */
pp_status pp_attester_check_request(const pp_token_key *const *keys,
                                    size_t key_count,
                                    size_t *key_index,
                                    const uint8_t *request,
                                    size_t request_len,
                                    pp_detail *detail);

/**
 * Check that an issuer's response has the size of its type. Only the client can check more.
 *
 * Returns: PP_OK
 *          PP_ERR_MALFORMED: with the expected size as offset
 *          PP_ERR_UNSUPPORTED: this build does not implement the type
 * In:      token_type              the type the request was for
 *          response, response_len  the TokenResponse as received
 */
pp_status pp_attester_check_response(uint16_t token_type,
                                     const uint8_t *response,
                                     size_t response_len,
                                     pp_detail *detail);

/* ================================================================================================
 * ISSUER
 *
 * An issuer answers requests without seeing tokens. Its keys are an array of handles, of any types;
 * a request names its key by the last byte of the key's identifier.
 *
 *     const pp_issuer_key *keys[] = { new_key, old_key };
 *     pp_issuer_issue(keys, 2, response, sizeof response, &response_len, ...);
 *
 * An issuer whose key lives elsewhere (in a hardware module, say) has the public keys only, and
 * works in two phases: pp_issuer_begin gives the input for the signer, pp_issuer_finish checks its
 * output and makes the response. What the signer computes is, for type 0x0002, the raw RSA private
 * operation: output = input^d mod n, both 256 bytes, big-endian; for type 0x0001 BlindEvaluate of
 * RFC 9497: the input is the blinded element (49 bytes), the output the evaluated element (49),
 * then the proof (96). A wrong output is never sent, so a faulty signer cannot leak its key.
 */

/** The largest input of a signer, in bytes. */
#define PP_SIGNER_INPUT_MAX_BYTES 256

/** The largest output of a signer, in bytes. */
#define PP_SIGNER_OUTPUT_MAX_BYTES 256

/** What a signer needs to know: a view of a pp_pending_issuance. */
typedef struct pp_signer_request {
    /** The type of token, which says what to compute. */
    uint16_t token_type;
    /** Which key to compute it with: its identifier. */
    uint8_t token_key_id[32];
    /** The input. */
    pp_bytes input;
    /** How many bytes the output has. */
    size_t output_len;
} pp_signer_request;

/** A private key that lives elsewhere. Zero the struct, then set its size and the callback. */
typedef struct pp_signer {
    /** sizeof(pp_signer). */
    size_t struct_size;
    /** Given to the callback as it is. */
    void *ctx;
    /**
     * Compute the output, of request->output_len bytes, and return PP_OK; or return anything else:
     * the call then fails with PP_ERR_SIGNER.
     */
    pp_status (*sign)(void *ctx,
                      uint8_t *output,
                      const pp_signer_request *request);
} pp_signer;

/** A request whose answer is being made by a signer elsewhere: a value. It holds no secret. */
typedef struct pp_pending_issuance {
    /** Not for the caller. */
    uint64_t opaque[64];
} pp_pending_issuance;

/**
 * Answer one request.
 *
 * Returns: PP_OK
 *          PP_ERR_MALFORMED: the bytes are no TokenRequest. For this and the next two answer the
 *          client with the HTTP status 422: see pp_issuer_http_status
 *          PP_ERR_UNSUPPORTED: no key is of the type; or rng is NULL, and this build has no source
 *          of its own
 *          PP_ERR_UNKNOWN_KEY: none of the keys is the one that is asked for
 *          PP_ERR_RNG
 *          PP_ERR_SIGNER: the result did not check: a fault of the machine
 *          PP_ERR_MISUSE: a key is empty: pp_detail.index says which
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     response, response_len  the TokenResponse, PP_TOKEN_RESPONSE_MAX_BYTES at most
 * In:      keys, key_count         the issuer's keys
 *          capacity                the size of response
 *          request, request_len    the TokenRequest as received
 *          rng                     a source of randomness; NULL is the system's
 */
pp_status pp_issuer_issue(const pp_issuer_key *const *keys,
                          size_t key_count,
                          uint8_t *response,
                          size_t capacity,
                          size_t *response_len,
                          const uint8_t *request,
                          size_t request_len,
                          const pp_rng *rng,
                          pp_detail *detail);

/**
 * Answer several requests, which may be for different keys and types: one bad request does not
 * spoil the others.
 *
 * Returns: PP_OK: results holds a status for each, as pp_issuer_issue has them
 *          PP_ERR_MISUSE: an argument breaks a rule: pp_detail.index says which item
 *          PP_ERR_UNSUPPORTED: rng is NULL, and this build has no source of its own
 * Out:     responses        count buffers for the TokenResponses
 *          results          count statuses
 * In:      keys, key_count  the issuer's keys
 *          requests         count spans: the TokenRequests as received
 *          count            how many requests
 *          rng              a source of randomness; NULL is the system's
 */
pp_status pp_issuer_issue_many(const pp_issuer_key *const *keys,
                               size_t key_count,
                               pp_buffer *responses,
                               pp_status *results,
                               const pp_bytes *requests,
                               size_t count,
                               const pp_rng *rng,
                               pp_detail *detail);

/**
 * Answer one request with a key that lives elsewhere.
 *
 * Returns: PP_OK
 *          PP_ERR_MALFORMED: the bytes are no TokenRequest, or ask for what a signer would have to
 *          refuse: see pp_issuer_begin
 *          PP_ERR_UNSUPPORTED: no key is of the type
 *          PP_ERR_UNKNOWN_KEY: none of the keys is the one that is asked for
 *          PP_ERR_SIGNER: the signer failed, or answered wrongly
 *          PP_ERR_MISUSE: a key is empty: pp_detail.index says which
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     response, response_len  the TokenResponse, PP_TOKEN_RESPONSE_MAX_BYTES at most
 * In:      keys, key_count         the issuer's public keys
 *          capacity                the size of response
 *          request, request_len    the TokenRequest as received
 *          signer                  what holds the private keys
 */
pp_status pp_issuer_issue_with_signer(const pp_token_key *const *keys,
                                      size_t key_count,
                                      uint8_t *response,
                                      size_t capacity,
                                      size_t *response_len,
                                      const uint8_t *request,
                                      size_t request_len,
                                      const pp_signer *signer,
                                      pp_detail *detail);

/**
 * Begin to answer a request with a key that lives elsewhere.
 *
 * What a signer would have to refuse is refused here: for type 0x0002 a number not below the
 * modulus, for type 0x0001 bytes that are no point.
 *
 * Returns: PP_OK
 *          PP_ERR_MALFORMED: the bytes are no TokenRequest, or ask for what a signer would have to
 *          refuse
 *          PP_ERR_UNSUPPORTED: no key is of the type
 *          PP_ERR_UNKNOWN_KEY: none of the keys is the one that is asked for
 *          PP_ERR_MISUSE: a key is empty: pp_detail.index says which
 * Out:     pending               what pp_issuer_finish needs
 * In:      keys, key_count       the issuer's public keys
 *          request, request_len  the TokenRequest as received
 */
pp_status pp_issuer_begin(const pp_token_key *const *keys,
                          size_t key_count,
                          pp_pending_issuance *pending,
                          const uint8_t *request,
                          size_t request_len,
                          pp_detail *detail);

/**
 * Tell what the signer has to compute.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: pending holds nothing
 * Out:     request  a view: its input is good until pending is moved, used or overwritten
 * In:      pending  the state of pp_issuer_begin
 */
pp_status pp_pending_issuance_request(const pp_pending_issuance *pending,
                                      pp_signer_request *request,
                                      pp_detail *detail);

/**
 * Check the signer's output and make the response. The state stays as it is, so another output can
 * be tried.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: pending holds nothing; a key is empty
 *          PP_ERR_SIGNER: the output is not the right answer; it must not be sent
 *          PP_ERR_UNKNOWN_KEY: the key is no longer among keys
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     response, response_len  the TokenResponse, PP_TOKEN_RESPONSE_MAX_BYTES at most
 * In:      keys, key_count         the issuer's public keys
 *          pending                 the state of pp_issuer_begin
 *          capacity                the size of response
 *          output, output_len      what the signer computed
 */
pp_status pp_issuer_finish(const pp_token_key *const *keys,
                           size_t key_count,
                           uint8_t *response,
                           size_t capacity,
                           size_t *response_len,
                           const pp_pending_issuance *pending,
                           const uint8_t *output,
                           size_t output_len,
                           pp_detail *detail);

/**
 * Overwrite a state with zeros.
 *
 * In:      pending  NULL is left alone
 */
void pp_pending_issuance_wipe(pp_pending_issuance *pending);

/* ================================================================================================
 * SPEND STORE
 *
 * Where an origin keeps which tokens were redeemed: a set of keys of 32 bytes, each with the time
 * until which it must be kept. All machines that redeem the tokens of one challenge share one
 * store, and it is all they share.
 *
 * A program brings its store as a callback; pp_memory_spend_store is one for a single process.
 *
 * The callback must keep to three rules, or tokens can be redeemed twice:
 *
 *   - To look for the key and to insert it is one atomic step. Of any number of calls with one key,
 *     on any thread or machine, exactly one answers PP_OK. To look first and insert afterwards is
 *     wrong, however short the time between.
 *   - A key is never forgotten before it expires, neither to make room nor in a restart. A store
 *     that is full refuses.
 *   - Calls come with times that are not in order: a thread may have been overtaken, and the clocks
 *     of machines differ. Keep a key for a while after it expires (a minute is plenty), and when a
 *     call's time is before the expiry of a key that may have been forgotten, refuse instead of
 *     calling the key fresh.
 *
 * With Redis or Valkey this is SET key 1 NX EX seconds, where the answer to the command is the
 * answer of the store, the seconds are expires_at - now and some more, and nothing is evicted
 * (maxmemory-policy noeviction). In SQL it is one INSERT into a table with a unique key.
 */

/** The size of a spend key in bytes. */
#define PP_SPEND_KEY_BYTES 32

/**
 * A store of spent tokens. Zero the struct, then set its size and the callback.
 *
 * The callback is called on the thread that redeems. Who redeems on several threads with one store
 * has it called on several threads at a time.
 */
typedef struct pp_spend_store {
    /** sizeof(pp_spend_store). */
    size_t struct_size;
    /** Given to the callback as it is. */
    void *ctx;
    /**
     * Insert a key, unless it is there: in one atomic step.
     *
     * Returns: PP_OK: the key was not there; it is now, until it expires
     *          PP_ERR_REPLAYED: the key was there
     *          PP_ERR_EXHAUSTED: it was not inserted, the store is full
     *          PP_ERR_STORE: the store failed, or took too long. Any other number counts as this
     *          one. Nobody is let in then; but if the key was inserted before the failure the token
     *          is spent all the same.
     * In:      key         PP_SPEND_KEY_BYTES bytes, good during the call. They are made of a
     *                      verified token, tell nothing of it, and are spread evenly: any of them
     *                      may choose a shard.
     *          expires_at  unix seconds: from then on the token is refused for its age, and the key
     *                      may be forgotten
     *          now         unix seconds: the time that was given to pp_origin_redeem
     */
    pp_status (*spend)(void *ctx,
                       const uint8_t *key,
                       uint64_t expires_at,
                       uint64_t now);
} pp_spend_store;

/* ================================================================================================
 * SPEND STORE IN MEMORY
 *
 * A pp_spend_store for an origin that is one process: bounded, locked inside, shared by its
 * threads.
 *
 * It keeps the three rules of spend stores: a spend is one insertion under one lock, a full store
 * refuses, and a key that expired is kept for another minute while there is room. But it ends with
 * the process: change the secret of the challenges at every start, so that tokens for challenges of
 * before are refused, or use a store that lasts.
 */

#if defined(PP_HOSTED)

/** A spend store in memory. Any number of threads may use it at a time. */
typedef struct pp_memory_spend_store pp_memory_spend_store;

/**
 * Make a store on the heap.
 *
 * It grows as it fills, at about 130 bytes a key. If the system refuses it memory then, the process
 * ends: choose a capacity that fits.
 *
 * Returns: PP_OK
 *          PP_ERR_NO_MEMORY
 * Out:     store     the store; NULL on an error
 * In:      capacity  how many keys it holds at a time: no fewer than the tokens that are redeemed
 *                    in the lifetime of a challenge, or good tokens are refused (PP_ERR_EXHAUSTED)
 */
pp_status pp_memory_spend_store_new(pp_memory_spend_store **store,
                                    size_t capacity,
                                    pp_detail *detail);

/**
 * End a store, and forget what was spent. No table of it may be used any more.
 *
 * In:      store  the store, or NULL
 */
void pp_memory_spend_store_free(pp_memory_spend_store *store);

/**
 * Tell how many keys a store holds, with those expired that it has not removed yet.
 *
 * Returns: the number; 0 if store is none
 * In:      store  the store
 */
size_t pp_memory_spend_store_len(const pp_memory_spend_store *store);

/**
 * Give the callback table of a store: what pp_origin_redeem takes.
 *
 * The callback answers PP_ERR_STORE when it is given a time at which a key that it has forgotten
 * was not expired: the key may be the one. That is a clock that was set back, or a call that was
 * held up for a minute.
 *
 * Returns: PP_OK
 * Out:     table  the table; it may be copied, and is good as long as the store
 * In:      store  the store
 */
pp_status pp_memory_spend_store_table(const pp_memory_spend_store *store,
                                      pp_spend_store *table,
                                      pp_detail *detail);

#endif /* PP_HOSTED */

/* ================================================================================================
 * ORIGIN
 *
 * An origin challenges clients, verifies their tokens, and lets each be redeemed once. A token is
 * refused unless it answers a challenge that the origin expects: pp_expected says which.
 * pp_origin_redeem verifies first and spends last, in one atomic step of the store, so that a bad
 * token never burns anything.
 *
 * Give the client one answer for every token that is refused, whatever the check that failed: a 401
 * with a new challenge. See pp_origin_http_status.
 */

/** The size of the memory pp_verifier_key_place needs, in bytes. */
#define PP_VERIFIER_KEY_HANDLE_BYTES 8192

/**
 * A key to verify tokens with: a handle. For type 0x0002 it is an issuer's public key; for type
 * 0x0001 the private one, which origin and issuer share.
 */
typedef struct pp_verifier_key pp_verifier_key;

/** A token that verified: a value. It is not redeemed until its spend key is spent. */
typedef struct pp_verified_token {
    /** Not for the caller. */
    uint64_t opaque[16];
} pp_verified_token;

/** Which challenges a token may answer. Zero the struct, set its size, and one of the three. */
typedef struct pp_expected {
    /** sizeof(pp_expected). */
    size_t struct_size;
    /** Given to accepts as it is. */
    void *ctx;
    /** This challenge, its bytes as they were sent; or absent. */
    pp_bytes challenge;
    /**
     * Any of digest_count challenges with these digests, PP_CHALLENGE_DIGEST_BYTES bytes each,
     * one after the other; or NULL.
     */
    const uint8_t *digests;
    /** How many digests. */
    size_t digest_count;
    /**
     * Any challenge for whose digest this returns 1 and nothing else; or NULL. It is for an origin
     * that keeps its challenges elsewhere. A function that accepts everything accepts tokens that
     * were made for other origins.
     */
    int32_t (*accepts)(void *ctx,
                       const uint8_t *challenge_digest);
} pp_expected;

/** What is known of a token that verified. Its nonce must not reach a log. */
typedef struct pp_verified_token_fields {
    /** The token's type. */
    uint16_t token_type;
    /** The client's nonce. */
    uint8_t nonce[32];
    /** The digest of the challenge the token answers. */
    uint8_t challenge_digest[32];
    /** The issuer key that made the token. */
    uint8_t token_key_id[32];
    /** What a spend store remembers: the hash of all that the authenticator covers. */
    uint8_t spend_key[32];
} pp_verified_token_fields;

#if defined(PP_HOSTED)
/**
 * Make an empty verifier key on the heap.
 *
 * Returns: PP_OK
 *          PP_ERR_NO_MEMORY
 * Out:     key  end it with pp_verifier_key_free
 */
pp_status pp_verifier_key_new(pp_verifier_key **key,
                              pp_detail *detail);
#endif

#if defined(PP_HOSTED)
/**
 * Wipe and end a verifier key that pp_verifier_key_new made.
 *
 * In:      key  NULL is left alone
 */
void pp_verifier_key_free(pp_verifier_key *key);
#endif

/**
 * Give the size of the memory pp_verifier_key_place needs.
 *
 * Returns: PP_VERIFIER_KEY_HANDLE_BYTES of the library
 */
size_t pp_verifier_key_size(void);

/**
 * Make an empty verifier key in memory of the caller, which must stay there until
 * pp_verifier_key_end.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the memory is not aligned to 8
 *          PP_ERR_BUFFER_TOO_SMALL: fewer bytes than pp_verifier_key_size
 * Out:     key          the handle
 * In:      memory, len  the memory; what it holds does not matter
 */
pp_status pp_verifier_key_place(pp_verifier_key **key,
                                void *memory,
                                size_t len,
                                pp_detail *detail);

/**
 * Wipe and end a verifier key that pp_verifier_key_place made. The memory is the caller's again.
 *
 * In:      key  NULL is left alone
 */
void pp_verifier_key_end(pp_verifier_key *key);

/**
 * Fill a verifier key with a public key, as an issuer's directory publishes it.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the handle is filled already
 *          PP_ERR_UNSUPPORTED: this build does not implement the type, or its tokens cannot be
 *          verified with the public key (0x0001): use pp_verifier_key_from_issuer_key
 *          PP_ERR_MALFORMED: the bytes are no key of the type
 * Out:     key         the handle to fill
 * In:      token_type  the type of the tokens
 *          data, len   the public key
 */
pp_status pp_verifier_key_import(pp_verifier_key *key,
                                 uint16_t token_type,
                                 const uint8_t *data,
                                 size_t len,
                                 pp_detail *detail);

/**
 * Fill a verifier key with what verifies the tokens that an issuer key makes: its public half where
 * that is enough, else a copy of the private key.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the handle is filled already, or the issuer key is empty
 * Out:     key         the handle to fill
 * In:      issuer_key  the private key
 */
pp_status pp_verifier_key_from_issuer_key(pp_verifier_key *key,
                                          const pp_issuer_key *issuer_key,
                                          pp_detail *detail);

/**
 * Tell which type of tokens a key verifies.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the key is empty
 * Out:     token_type  one of PP_TOKEN_TYPE_
 * In:      key         the key
 */
pp_status pp_verifier_key_type(const pp_verifier_key *key,
                               uint16_t *token_type,
                               pp_detail *detail);

/**
 * Give the identifier of a key.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the key is empty
 * Out:     token_key_id  PP_TOKEN_KEY_ID_BYTES bytes
 * In:      key           the key
 */
pp_status pp_verifier_key_id(const pp_verifier_key *key,
                             uint8_t *token_key_id,
                             pp_detail *detail);

/**
 * Verify a token, without redeeming it.
 *
 * Returns: PP_OK
 *          PP_ERR_MALFORMED: the bytes are no token
 *          PP_ERR_UNSUPPORTED: no key is of the token's type
 *          PP_ERR_UNKNOWN_KEY: the token names none of the keys
 *          PP_ERR_CHALLENGE_MISMATCH: the token answers no challenge that is expected
 *          PP_ERR_INVALID_TOKEN: the authenticator does not verify
 *          PP_ERR_MISUSE: a key is empty: pp_detail.index says which; expected sets none of the
 *          three, or more than one
 * Out:     verified          may be NULL; zeros unless PP_OK
 * In:      keys, key_count   the keys of the issuers the origin trusts
 *          token, token_len  the Token as received
 *          expected          which challenges it may answer
 */
pp_status pp_origin_verify(const pp_verifier_key *const *keys,
                           size_t key_count,
                           pp_verified_token *verified,
                           const uint8_t *token,
                           size_t token_len,
                           const pp_expected *expected,
                           pp_detail *detail);

/**
 * Verify several tokens. The same token twice verifies twice: only spending tells.
 *
 * Returns: PP_OK: results holds a status for each, as pp_origin_verify has them
 *          PP_ERR_MISUSE: an argument breaks a rule: pp_detail.index says which item; expected sets
 *          none of the three, or more than one
 * Out:     verified         count structs, or NULL; zeros where the result is not PP_OK
 *          results          count statuses
 * In:      keys, key_count  the keys of the issuers the origin trusts
 *          tokens           count spans: the Tokens as received
 *          count            how many tokens
 *          expected         which challenges they may answer
 */
pp_status pp_origin_verify_many(const pp_verifier_key *const *keys,
                                size_t key_count,
                                pp_verified_token *verified,
                                pp_status *results,
                                const pp_bytes *tokens,
                                size_t count,
                                const pp_expected *expected,
                                pp_detail *detail);

/**
 * Verify a token, then spend it: the whole redemption.
 *
 * Returns: PP_OK: let the client in
 *          PP_ERR_MALFORMED: the bytes are no token. After this and the next five nothing was spent
 *          PP_ERR_UNSUPPORTED: no key is of the token's type
 *          PP_ERR_UNKNOWN_KEY: the token names none of the keys
 *          PP_ERR_CHALLENGE_MISMATCH: the token answers no challenge that is expected
 *          PP_ERR_INVALID_TOKEN: the authenticator does not verify
 *          PP_ERR_MISUSE: a key is empty: pp_detail.index says which; expected sets none of the
 *          three, or more than one
 *          PP_ERR_REPLAYED: the token was redeemed before
 *          PP_ERR_EXHAUSTED: the store is full: let nobody in
 *          PP_ERR_STORE: the store failed: let nobody in. The token may have been spent
 * Out:     verified          may be NULL; zeros unless PP_OK
 * In:      keys, key_count   the keys of the issuers the origin trusts
 *          token, token_len  the Token as received
 *          expected          which challenges it may answer
 *          store             where spent tokens are kept
 *          expires_at        unix seconds: the store may forget the token from then on, so not
 *                            before the time from which expected refuses it: see
 *                            pp_stateless_challenges_expiry
 *          now               unix seconds
 */
pp_status pp_origin_redeem(const pp_verifier_key *const *keys,
                           size_t key_count,
                           pp_verified_token *verified,
                           const uint8_t *token,
                           size_t token_len,
                           const pp_expected *expected,
                           const pp_spend_store *store,
                           uint64_t expires_at,
                           uint64_t now,
                           pp_detail *detail);

/**
 * Tell what is known of a token that verified.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: verified holds nothing
 * Out:     fields    a copy of it
 * In:      verified  the token
 */
pp_status pp_verified_token_get(const pp_verified_token *verified,
                                pp_verified_token_fields *fields,
                                pp_detail *detail);

/**
 * Overwrite a verified token with zeros.
 *
 * In:      verified  NULL is left alone
 */
void pp_verified_token_wipe(pp_verified_token *verified);

/* ================================================================================================
 * STATELESS CHALLENGES
 *
 * Challenges that the origin need not store. The redemption context is a MAC, under the origin's
 * secret, over the challenge's other fields and the epoch (the time divided by the epoch's length).
 * To verify, the origin computes the challenges of this epoch and of the one before again. All
 * processes of an origin that share the secret accept each other's challenges, and a challenge is
 * accepted for one to two epochs.
 */

/** The size of the secret of pp_stateless_challenges, in bytes. */
#define PP_CHALLENGE_SECRET_BYTES 32

/**
 * How many digests pp_stateless_challenges_accepted gives: of this epoch's challenge and of the
 * one before.
 */
#define PP_ACCEPTED_DIGESTS 2

/**
 * A maker of challenges: a value, secret. Unlike other values it may be used by any number of
 * threads at a time, once it was begun.
 */
typedef struct pp_stateless_challenges {
    /** Not for the caller. */
    uint64_t opaque[8];
} pp_stateless_challenges;

/**
 * Begin to make challenges.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: epoch_seconds is 0
 * Out:     maker          end it with pp_stateless_challenges_wipe; what it held is lost
 * In:      secret         PP_CHALLENGE_SECRET_BYTES random bytes. Who knows them can prepare tokens
 *                         for coming epochs
 *          epoch_seconds  the length of an epoch, in seconds
 */
pp_status pp_stateless_challenges_begin(pp_stateless_challenges *maker,
                                        const uint8_t *secret,
                                        uint64_t epoch_seconds,
                                        pp_detail *detail);

/**
 * Wipe a maker of challenges.
 *
 * In:      maker  NULL is left alone
 */
void pp_stateless_challenges_wipe(pp_stateless_challenges *maker);

/**
 * Write the challenge of this epoch: the template with its redemption context.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the maker holds nothing; the template is no challenge that can be
 *          written: see pp_token_challenge_write
 *          PP_ERR_LIMIT: more than PP_ORIGINS_MAX names
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     out, out_len  the TokenChallenge
 * In:      maker         what pp_stateless_challenges_begin made
 *          capacity      the size of out
 *          challenge     the template; a redemption context of its own is part of what is bound
 *          now           unix seconds
 */
pp_status pp_stateless_challenges_write(const pp_stateless_challenges *maker,
                                        uint8_t *out,
                                        size_t capacity,
                                        size_t *out_len,
                                        const pp_token_challenge *challenge,
                                        uint64_t now,
                                        pp_detail *detail);

/**
 * Give the digests to accept: set them as pp_expected.digests.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the maker holds nothing; the template is no challenge that can be written
 *          PP_ERR_LIMIT: more than PP_ORIGINS_MAX names
 * Out:     digests    PP_ACCEPTED_DIGESTS * PP_CHALLENGE_DIGEST_BYTES bytes
 * In:      maker      what pp_stateless_challenges_begin made
 *          challenge  the template the challenges were made of
 *          now        unix seconds
 */
pp_status pp_stateless_challenges_accepted(const pp_stateless_challenges *maker,
                                           uint8_t *digests,
                                           const pp_token_challenge *challenge,
                                           uint64_t now,
                                           pp_detail *detail);

/**
 * Tell from when on no challenge that is accepted now is accepted any more: the expiry for the
 * spend store, to which you add by how much the clocks of your machines may differ.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the maker holds nothing
 * Out:     expires_at  unix seconds
 * In:      maker       what pp_stateless_challenges_begin made
 *          now         unix seconds
 */
pp_status pp_stateless_challenges_expiry(const pp_stateless_challenges *maker,
                                         uint64_t *expires_at,
                                         uint64_t now,
                                         pp_detail *detail);

/**
 * Tell for how long a challenge made now is accepted at the least: for the max-age parameter.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the maker holds nothing
 * Out:     seconds  for how long
 * In:      maker    what pp_stateless_challenges_begin made
 *          now      unix seconds
 */
pp_status pp_stateless_challenges_max_age(const pp_stateless_challenges *maker,
                                          uint64_t *seconds,
                                          uint64_t now,
                                          pp_detail *detail);

/* ================================================================================================
 * ISSUER DIRECTORY
 *
 * What an issuer publishes (RFC 9578 section 4): where token requests go, and its public keys, as
 * JSON. Reading copies what the JSON holds into a handle; views are spans of the handle.
 *
 * A directory is read leniently, because deployed ones differ: unknown members are ignored, base64
 * may be of either alphabet and without padding, and a key that cannot be read is left out. It is
 * written exactly.
 *
 * These functions ask the heap for memory. When it gives none, they end the process: reading the
 * worst directory of PP_DIRECTORY_MAX_BYTES takes about 120 MB for a moment, an honest one three
 * times its size.
 */

#if defined(PP_HOSTED)

/** The path of the directory at an issuer. */
#define PP_WELL_KNOWN_PATH "/.well-known/private-token-issuer-directory"

/** The path of the directory at issuers of before the RFC. */
#define PP_LEGACY_WELL_KNOWN_PATH "/.well-known/token-issuer-directory"

/** The path at which an attester lists its issuers, with their keys, for browser extensions. */
#define PP_ATTESTER_ISSUERS_PATH "/v1/private-token-issuer-directory"

/** The largest directory, or list of issuers, that is read, in bytes: some thousand keys. */
#define PP_DIRECTORY_MAX_BYTES 1048576

/** A directory that was read. */
typedef struct pp_directory pp_directory;

/** One key of a directory: input for writing, view for reading. */
typedef struct pp_directory_key {
    /** The type of the tokens the key makes; it may be one this library does not know. */
    uint16_t token_type;
    /** The public key as published. Its identifier is pp_token_key_id_of these bytes. */
    pp_bytes token_key;
    /**
     * Whether there is a time before which clients must not use the key: 1 or 0. In an input,
     * any number but 0 is 1.
     */
    int32_t has_not_before;
    /** That time, in unix seconds; 0 if there is none. */
    uint64_t not_before;
} pp_directory_key;

/**
 * Read a directory.
 *
 * Returns: PP_OK
 *          PP_ERR_LIMIT: more than PP_DIRECTORY_MAX_BYTES
 *          PP_ERR_MALFORMED: no JSON, or no directory; one with no key that can be read is one all
 *          the same
 *          PP_ERR_NO_MEMORY
 * Out:     directory  the directory; NULL on an error
 * In:      data, len  the JSON as received; it may be freed afterwards
 */
pp_status pp_directory_parse(pp_directory **directory,
                             const uint8_t *data,
                             size_t len,
                             pp_detail *detail);

/**
 * End a directory. Views of it may not be used any more.
 *
 * In:      directory  the directory, or NULL
 */
void pp_directory_free(pp_directory *directory);

/**
 * Give the place token requests go to: an absolute URL, or one relative to the directory's.
 *
 * Returns: PP_OK
 * Out:     uri        UTF-8, as a span of the directory; the peer's text, and not checked to be a
 *                     URL
 * In:      directory  the directory
 */
pp_status pp_directory_request_uri(const pp_directory *directory,
                                   pp_bytes *uri,
                                   pp_detail *detail);

/**
 * Tell how many keys a directory has.
 *
 * Returns: the number; 0 if directory is none
 * In:      directory  the directory
 */
size_t pp_directory_key_count(const pp_directory *directory);

/**
 * Give one key of a directory. They stand in the order of the issuer's preference.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: index is not less than the number of keys
 * Out:     key        the key, its bytes as a span of the directory
 * In:      directory  the directory
 *          index      which key, counted from 0
 */
pp_status pp_directory_key_at(const pp_directory *directory,
                              pp_directory_key *key,
                              size_t index,
                              pp_detail *detail);

/**
 * Choose the key a client uses now: the first of the type whose time has come.
 *
 * Returns: PP_OK
 *          PP_ERR_UNKNOWN_KEY: there is none
 * Out:     key         the key, its bytes as a span of the directory
 * In:      directory   the directory
 *          token_type  the type of the token that is wanted
 *          now         unix seconds
 */
pp_status pp_directory_key_for(const pp_directory *directory,
                               pp_directory_key *key,
                               uint16_t token_type,
                               uint64_t now,
                               pp_detail *detail);

/**
 * Find the key with an identifier, of any type, and whether or not its time has come: an origin
 * looks so for the key of a token.
 *
 * Returns: PP_OK
 *          PP_ERR_UNKNOWN_KEY: there is none
 * Out:     key           the key, its bytes as a span of the directory
 * In:      directory     the directory
 *          token_key_id  PP_TOKEN_KEY_ID_BYTES bytes
 */
pp_status pp_directory_find(const pp_directory *directory,
                            pp_directory_key *key,
                            const uint8_t *token_key_id,
                            pp_detail *detail);

/**
 * Write a directory: JSON, without a zero at the end.
 *
 * The dates of pp_key_schedule keep a change of keys from leaving clients without one.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the request URI is not UTF-8; a key's span breaks a rule (pp_detail.index
 *          says which)
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     out                           the JSON
 *          out_len                       its length
 * In:      capacity                      the size of out
 *          request_uri, request_uri_len  where token requests go: an absolute URL, or one relative
 *                                        to the directory's
 *          keys, count                   the keys, that which clients should take first
 */
pp_status pp_directory_write(uint8_t *out,
                             size_t capacity,
                             size_t *out_len,
                             const uint8_t *request_uri,
                             size_t request_uri_len,
                             const pp_directory_key *keys,
                             size_t count,
                             pp_detail *detail);

#endif /* PP_HOSTED */

/* ================================================================================================
 * LIST OF ISSUERS
 *
 * What an attester publishes at PP_ATTESTER_ISSUERS_PATH: the issuers it works with, each with its
 * keys, as JSON. Browser extensions choose their attester by it: they look for the issuer of the
 * challenge, and for its key.
 *
 * It is read as a directory is, with the same limit and the same need of memory.
 */

#if defined(PP_HOSTED)

/** A list of issuers that was read. */
typedef struct pp_issuer_list pp_issuer_list;

/** One issuer of a list that is to be written. */
typedef struct pp_listed_issuer {
    /** The issuer's name, host[:port], as challenges have it. */
    pp_bytes name;
    /** Its keys, that which clients should take first. */
    const pp_directory_key *keys;
    /** How many keys. */
    size_t key_count;
} pp_listed_issuer;

/**
 * Read a list of issuers.
 *
 * Returns: PP_OK
 *          PP_ERR_LIMIT: more than PP_DIRECTORY_MAX_BYTES
 *          PP_ERR_MALFORMED: no JSON, or no list of issuers
 *          PP_ERR_NO_MEMORY
 * Out:     list       the list; NULL on an error
 * In:      data, len  the JSON as received; it may be freed afterwards
 */
pp_status pp_issuer_list_parse(pp_issuer_list **list,
                               const uint8_t *data,
                               size_t len,
                               pp_detail *detail);

/**
 * End a list. Views of it may not be used any more.
 *
 * In:      list  the list, or NULL
 */
void pp_issuer_list_free(pp_issuer_list *list);

/**
 * Tell how many issuers a list has.
 *
 * Returns: the number; 0 if list is none
 * In:      list  the list
 */
size_t pp_issuer_list_count(const pp_issuer_list *list);

/**
 * Give the name of one issuer, and how many keys it has.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: issuer is not less than the number of issuers
 * Out:     name       UTF-8, as a span of the list
 *          key_count  the number of its keys
 * In:      list       the list
 *          issuer     which issuer, counted from 0
 */
pp_status pp_issuer_list_issuer_at(const pp_issuer_list *list,
                                   pp_bytes *name,
                                   size_t *key_count,
                                   size_t issuer,
                                   pp_detail *detail);

/**
 * Give one key of one issuer.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: issuer is not less than the number of issuers, or index than the number
 *          of its keys
 * Out:     key     the key, its bytes as a span of the list
 * In:      list    the list
 *          issuer  which issuer, counted from 0
 *          index   which of its keys, counted from 0
 */
pp_status pp_issuer_list_key_at(const pp_issuer_list *list,
                                pp_directory_key *key,
                                size_t issuer,
                                size_t index,
                                pp_detail *detail);

/**
 * Find an issuer by its name, which is compared as pp_same_name does.
 *
 * Returns: PP_OK
 *          PP_ERR_UNKNOWN_KEY: the list does not have it
 * Out:     issuer          its number, counted from 0
 * In:      list            the list
 *          name, name_len  the name, host[:port], as in the challenge
 */
pp_status pp_issuer_list_find(const pp_issuer_list *list,
                              size_t *issuer,
                              const uint8_t *name,
                              size_t name_len,
                              pp_detail *detail);

/**
 * Write a list of issuers: JSON, without a zero at the end.
 *
 * The issuers come in the order of their names. A key whose not_before is absent or 0 gets 1:
 * extensions in use refuse a list where it is missing or 0.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: a name is not UTF-8 or stands there twice, or a span or array breaks a
 *          rule (pp_detail.index says of which issuer)
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     out             the JSON
 *          out_len         its length
 * In:      capacity        the size of out
 *          issuers, count  the issuers
 */
pp_status pp_issuer_list_write(uint8_t *out,
                               size_t capacity,
                               size_t *out_len,
                               const pp_listed_issuer *issuers,
                               size_t count,
                               pp_detail *detail);

#endif /* PP_HOSTED */

/* ================================================================================================
 * KEY SCHEDULE
 *
 * When an issuer's keys are published, used and retired. A key is published some time before
 * clients may use it, so that their cached directories have it by then; when the next takes over,
 * it is answered for a little longer.
 *
 * A schedule holds public keys and dates, and no secret. It changes after it was made, and is
 * locked inside: any number of threads may use it at a time. A view of one of its keys is good
 * until the key is removed (pp_key_schedule_prune).
 *
 * It lives as long as the process. Store the dates with each key, and at the next start add every
 * key that is not retired.
 *
 * The life of a key:
 *
 *     pp_key_schedule_next_publication   Make a key; pp_key_schedule_dates gives its dates;
 *                                        pp_key_schedule_add; publish what
 *                                        pp_key_schedule_directory writes.
 *     from not_before on                 Clients use it.
 *     from not_after on                  The issuer answers for it no longer, and origins refuse
 *                                        its tokens: pp_key_schedule_prune names it; wipe the
 *                                        private key.
 *
 * These functions ask the heap for memory. When it gives none, they end the process.
 */

#if defined(PP_HOSTED)

/** The dates of an issuer's keys. */
typedef struct pp_key_schedule pp_key_schedule;

/** One key with its dates: input for adding, view for reading. */
typedef struct pp_scheduled_key {
    /** The type of the tokens the key makes. */
    uint16_t token_type;
    /** The public key, as published. */
    pp_bytes token_key;
    /** From when on clients may use the key, in unix seconds. */
    uint64_t not_before;
    /**
     * From when on the issuer no longer answers for the key, and origins no longer accept its
     * tokens, in unix seconds.
     */
    uint64_t not_after;
} pp_scheduled_key;

/**
 * How long the parts of a key's life are, in seconds. Where a function takes one, NULL is the
 * default.
 */
typedef struct pp_rotation_policy {
    /**
     * From publication until clients may use the key. It must exceed the time for which directories
     * are cached. By default two days.
     */
    uint64_t lead;
    /** For how long clients prefer the key, until the next takes over. By default thirty days. */
    uint64_t active;
    /** For how long the issuer goes on answering for the key after that. By default a day. */
    uint64_t overlap;
} pp_rotation_policy;

/**
 * Make a schedule without keys on the heap.
 *
 * Returns: PP_OK
 *          PP_ERR_NO_MEMORY
 * Out:     schedule  the schedule; NULL on an error
 */
pp_status pp_key_schedule_new(pp_key_schedule **schedule,
                              pp_detail *detail);

/**
 * End a schedule. Views of it may not be used any more.
 *
 * In:      schedule  the schedule, or NULL
 */
void pp_key_schedule_free(pp_key_schedule *schedule);

/**
 * Add a key.
 *
 * A request names its key by the last byte of the key's identifier alone, so two keys of a type
 * that are answered for at a time must differ in it. If they do not, make another key and try
 * again: with a handful of keys the next one fits.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the key's span breaks a rule; not_after is not after not_before
 *          PP_ERR_EXHAUSTED: another key of the type that is answered for at `now` has the same
 *          last byte
 * In:      schedule  the schedule; it is changed
 *          key       the key, which is copied
 *          now       unix seconds
 */
pp_status pp_key_schedule_add(pp_key_schedule *schedule,
                              const pp_scheduled_key *key,
                              uint64_t now,
                              pp_detail *detail);

/**
 * Tell how many keys a schedule has, with those retired that were not removed yet.
 *
 * Returns: the number; 0 if schedule is none
 * In:      schedule  the schedule
 */
size_t pp_key_schedule_key_count(const pp_key_schedule *schedule);

/**
 * Give one key of a schedule. They stand in the order they were added.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: index is not less than the number of keys
 * Out:     key       the key, its bytes as a span of the schedule
 * In:      schedule  the schedule
 *          index     which key, counted from 0
 */
pp_status pp_key_schedule_key_at(const pp_key_schedule *schedule,
                                 pp_scheduled_key *key,
                                 size_t index,
                                 pp_detail *detail);

/**
 * Tell when the next key of a type has to be published, for the change to be smooth.
 *
 * Returns: PP_OK
 * Out:     at          unix seconds; 0 when there is no key of the type yet: publish one at once
 * In:      schedule    the schedule
 *          token_type  the type
 *          policy      how long the parts of a key's life are, or NULL
 */
pp_status pp_key_schedule_next_publication(const pp_key_schedule *schedule,
                                           uint64_t *at,
                                           uint16_t token_type,
                                           const pp_rotation_policy *policy,
                                           pp_detail *detail);

/**
 * Give the dates for a key that is published now: it takes over from the newest of its type, or
 * starts at once when there is none that clients may use.
 *
 * Returns: PP_OK
 * Out:     not_before  from when on clients may use the key, in unix seconds
 *          not_after   from when on the issuer no longer answers for it, in unix seconds
 * In:      schedule    the schedule; it is not changed
 *          token_type  the type
 *          policy      how long the parts of a key's life are, or NULL
 *          now         unix seconds
 */
pp_status pp_key_schedule_dates(const pp_key_schedule *schedule,
                                uint64_t *not_before,
                                uint64_t *not_after,
                                uint16_t token_type,
                                const pp_rotation_policy *policy,
                                uint64_t now,
                                pp_detail *detail);

/**
 * Retire a key early: from now on the issuer answers for it no longer. Its not_after is set to
 * `now`.
 *
 * Returns: PP_OK
 *          PP_ERR_UNKNOWN_KEY: no key has the identifier
 *          PP_ERR_EXHAUSTED: clients would be left without a usable key of the type: add another
 *          first, and wait for its time
 * In:      schedule      the schedule; it is changed
 *          token_key_id  PP_TOKEN_KEY_ID_BYTES bytes
 *          now           unix seconds
 */
pp_status pp_key_schedule_retire(pp_key_schedule *schedule,
                                 const uint8_t *token_key_id,
                                 uint64_t now,
                                 pp_detail *detail);

/**
 * Remove the keys that are answered for no longer, and give their identifiers: wipe their private
 * keys.
 *
 * Returns: PP_OK
 *          PP_ERR_BUFFER_TOO_SMALL: nothing was removed; PP_TOKEN_KEY_ID_BYTES for each key of the
 *          schedule is enough
 * Out:     out       the identifiers, PP_TOKEN_KEY_ID_BYTES each, one after the other
 *          out_len   their length in bytes
 * In:      schedule  the schedule; it is changed
 *          capacity  the size of out in bytes
 *          now       unix seconds
 */
pp_status pp_key_schedule_prune(pp_key_schedule *schedule,
                                uint8_t *out,
                                size_t capacity,
                                size_t *out_len,
                                uint64_t now,
                                pp_detail *detail);

/**
 * Write the directory to be published now: the keys that are answered for, of each type the newest
 * first, so that a client takes the newest whose time has come. It is JSON, without a zero at the
 * end.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the request URI is not UTF-8
 *          PP_ERR_EXPIRED: clients would find no usable key of some type, or of any: publish a key
 *          that starts at once
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     out                           the JSON
 *          out_len                       its length
 * In:      schedule                      the schedule
 *          capacity                      the size of out
 *          request_uri, request_uri_len  where token requests go: an absolute URL, or one relative
 *                                        to the directory's
 *          now                           unix seconds
 */
pp_status pp_key_schedule_directory(const pp_key_schedule *schedule,
                                    uint8_t *out,
                                    size_t capacity,
                                    size_t *out_len,
                                    const uint8_t *request_uri,
                                    size_t request_uri_len,
                                    uint64_t now,
                                    pp_detail *detail);

#endif /* PP_HOSTED */

/* ================================================================================================
 * HAZMAT
 *
 * Deterministic twins, for test vectors. Never use them for a token that matters: randomness used
 * twice links the two tokens, and who knows it links the token to its request.
 */

/** The size of the randomness for type 0x0001, in bytes: the blind, a scalar. */
#define PP_HAZMAT_VOPRF_P384_BYTES 48

/**
 * The size of the randomness for type 0x0002, in bytes: the PSS salt (48), then the blinding
 * factor r (256).
 */
#define PP_HAZMAT_BLIND_RSA_2048_BYTES 304

/**
 * Begin a token with a given nonce and given randomness.
 *
 * Returns: PP_OK
 *          PP_ERR_MISUSE: the challenge asks for another type than the key's; the key is empty; the
 *          randomness has not the size of the key's type, or is out of range
 *          PP_ERR_MALFORMED: with the offset: the bytes are no TokenChallenge
 *          PP_ERR_BUFFER_TOO_SMALL
 * Out:     pending                     the state to keep; what it held is lost
 *          request, request_len        the TokenRequest to send, PP_TOKEN_REQUEST_MAX_BYTES at most
 * In:      key                         the issuer's public key
 *          capacity                    the size of request
 *          challenge, challenge_len    the TokenChallenge as received
 *          nonce                       PP_NONCE_BYTES bytes
 *          randomness, randomness_len  PP_HAZMAT_..._BYTES bytes, numbers big-endian
 */
pp_status pp_hazmat_client_begin(const pp_token_key *key,
                                 pp_pending_token *pending,
                                 uint8_t *request,
                                 size_t capacity,
                                 size_t *request_len,
                                 const uint8_t *challenge,
                                 size_t challenge_len,
                                 const uint8_t *nonce,
                                 const uint8_t *randomness,
                                 size_t randomness_len,
                                 pp_detail *detail);

#ifdef __cplusplus
}
#endif

#endif /* PRIVACYPASS_H */
