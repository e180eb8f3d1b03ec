/* Valgrind's client requests as functions. Outside valgrind they do nothing. */
#include <stddef.h>
#include <valgrind/memcheck.h>

void ct_secret(const void *p, size_t len) { (void)VALGRIND_MAKE_MEM_UNDEFINED(p, len); }

void ct_public(const void *p, size_t len) { (void)VALGRIND_MAKE_MEM_DEFINED(p, len); }

/* Leaves seven bits of the byte secret and declares the top one public. */
void ct_public_top_bit(const void *p) {
    const unsigned char undefined_bits = 0x7f;
    (void)VALGRIND_SET_VBITS(p, &undefined_bits, 1);
}

int ct_is_watched(void) { return RUNNING_ON_VALGRIND != 0; }
