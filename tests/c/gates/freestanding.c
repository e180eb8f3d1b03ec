/*
 * A program without libc: its own _start, two system calls and the memory functions. It names every function that the
 * header offers such a program (functions.h is made from the header), so all of the library is linked; and it runs a little.
 * Linux on x86-64 and AArch64.
 */
#define PP_FREESTANDING
#include <privacypass.h>

typedef void (*pp_function)(void);

/* Volatile, or the linker would be told that nobody looks at them. */
static const volatile pp_function functions[] = {
#define FUNCTION(name) (pp_function)name,
#include "functions.h"
};

/* SHA-256 of "abc" (FIPS 180-4). */
static const uint8_t abc[PP_CHALLENGE_DIGEST_BYTES] = {
    0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
    0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
};

/* Volatile, or the compiler would make each loop a call of the function it stands in. */
void *memcpy(void *to, const void *from, size_t len) {
    size_t i;
    for (i = 0; i < len; i++) {
        ((volatile uint8_t *)to)[i] = ((const uint8_t *)from)[i];
    }
    return to;
}

void *memmove(void *to, const void *from, size_t len) {
    if ((uintptr_t)to <= (uintptr_t)from) {
        return memcpy(to, from, len);
    }
    while (len-- > 0) {
        ((volatile uint8_t *)to)[len] = ((const uint8_t *)from)[len];
    }
    return to;
}

void *memset(void *to, int value, size_t len) {
    size_t i;
    for (i = 0; i < len; i++) {
        ((volatile uint8_t *)to)[i] = (uint8_t)value;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t len) {
    size_t i;
    for (i = 0; i < len; i++) {
        int difference = ((const volatile uint8_t *)a)[i] - ((const volatile uint8_t *)b)[i];
        if (difference != 0) {
            return difference;
        }
    }
    return 0;
}

int bcmp(const void *a, const void *b, size_t len);
int bcmp(const void *a, const void *b, size_t len) {
    return memcmp(a, b, len);
}

static int run(void) {
    uint8_t digest[PP_CHALLENGE_DIGEST_BYTES];
    pp_token token;
    pp_detail detail;
    size_t i;
    for (i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        if (functions[i] == 0) {
            return 4;
        }
    }
    if (pp_version() != PP_VERSION) {
        return 1;
    }
    if (pp_token_challenge_digest(digest, (const uint8_t *)"abc", 3, NULL) != PP_OK || memcmp(digest, abc, sizeof abc) != 0) {
        return 2;
    }
    if (pp_token_parse(&token, digest, sizeof digest, &detail) != PP_ERR_MALFORMED || detail.status != PP_ERR_MALFORMED) {
        return 3;
    }
    return 0;
}

void start(void);
void start(void) {
    long code = run();
#if defined(__x86_64__)
    __asm__ volatile("syscall" : : "a"(60L), "D"(code) : "rcx", "r11", "memory");
#else
    register long number __asm__("x8") = 93, first __asm__("x0") = code;
    __asm__ volatile("svc #0" : : "r"(number), "r"(first) : "memory");
#endif
    for (;;) {
    }
}

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n xor %ebp, %ebp\n and $-16, %rsp\n call start\n");
#else
__asm__(".globl _start\n_start:\n mov x29, #0\n bl start\n");
#endif
