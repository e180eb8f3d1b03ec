/* Valgrind's client requests as functions. Outside valgrind they do nothing. */
#include <stddef.h>
#include <valgrind/memcheck.h>

void ct_secret(const void *p, size_t len) { (void)VALGRIND_MAKE_MEM_UNDEFINED(p, len); }

void ct_public(const void *p, size_t len) { (void)VALGRIND_MAKE_MEM_DEFINED(p, len); }

int ct_is_watched(void) { return RUNNING_ON_VALGRIND != 0; }
