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

