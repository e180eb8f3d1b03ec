/*
 * Memory that cannot be had: handles are not made, and say so.
 *
 * The program brings its own malloc, which refuses when told to. Sanitizers bring theirs, so it is built without them, and only
 * with a C library that has __libc_malloc (glibc):
 *
 *     gcc -std=c99 -Itests/c tests/c/no_memory/no_memory.c $(pkg-config --cflags --libs privacypass)
 */
#include "test.h"

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void __libc_free(void *memory);

static int refuse;
static unsigned long refused;

static int refuses(void) {
    refused += refuse != 0;
    return refuse;
}

void *malloc(size_t size) { return refuses() ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return refuses() ? NULL : __libc_calloc(count, size); }
void *realloc(void *memory, size_t size) { return refuses() ? NULL : __libc_realloc(memory, size); }
void free(void *memory) { __libc_free(memory); }

#define REFUSED(kind)                                              \
    do {                                                           \
        pp_##kind *key = (pp_##kind *)(void *)&detail;             \
        pp_status status;                                          \
        refused = 0;                                               \
        refuse = 1;                                                \
        status = pp_##kind##_new(&key, &detail);                   \
        refuse = 0;                                                \
        CHECK_STATUS(PP_ERR_NO_MEMORY, status);                    \
        CHECK_STATUS(PP_ERR_NO_MEMORY, detail.status);             \
        CHECK(key == NULL);                                        \
        CHECK_SIZE(1, refused);                                    \
        CHECK_OK(pp_##kind##_new(&key, &detail));                  \
        pp_##kind##_free(key);                                     \
    } while (0)

int main(void) {
    pp_detail detail;
    test_step("no memory for a handle");
    REFUSED(issuer_key);
    REFUSED(token_key);
    REFUSED(verifier_key);
    return test_end();
}
