/*
 * The whole flow of both token types, with a malloc that ends the process: what 06_no_heap.c promises, of the library as it is
 * installed, not only of the one that is built without `std`.
 *
 * The functions below take the place of libc's in the whole process, the library included.
 */
#define _GNU_SOURCE 1 /* fork, waitpid, setrlimit, memalign */
#include "test.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define main no_heap_example_main /* the example's own `main` is not run here */
#include "../../examples/c/06_no_heap.c"
#undef main

/* glibc's allocator under the names it keeps when a program brings another. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *pointer, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *pointer);

static volatile sig_atomic_t forbidden;
static volatile sig_atomic_t calls;

/* No printf: it may allocate. */
static void on_call(void) {
    static const char message[] = "the heap was asked\n";
    calls++;
    if (forbidden) {
        ssize_t written = write(STDOUT_FILENO, message, sizeof message - 1);
        (void)written;
        abort();
    }
}

void *malloc(size_t size) {
    on_call();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    on_call();
    return __libc_calloc(count, size);
}

void *realloc(void *pointer, size_t size) {
    on_call();
    return __libc_realloc(pointer, size);
}

void *memalign(size_t alignment, size_t size) {
    on_call();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    on_call();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size) {
    void *pointer;
    on_call();
    pointer = __libc_memalign(alignment, size);
    if (pointer == NULL) {
        return ENOMEM;
    }
    *out = pointer;
    return 0;
}

void free(void *pointer) {
    on_call();
    __libc_free(pointer);
}

/* ---- Each of them is caught when it is called. ---- */

static void *volatile kept; /* or the compiler leaves out a malloc whose memory nobody uses */

static void call_malloc(void) {
    kept = malloc(8);
}

static void call_calloc(void) {
    kept = calloc(1, 8);
}

static void call_realloc(void) {
    kept = realloc(kept, 16);
}

static void call_memalign(void) {
    kept = memalign(16, 16);
}

static void call_aligned_alloc(void) {
    kept = aligned_alloc(16, 16);
}

static void call_posix_memalign(void) {
    void *pointer = NULL;
    int code = posix_memalign(&pointer, 16, 16);
    kept = code == 0 ? pointer : NULL;
}

static void call_free(void) {
    free(kept);
}

/* The library's own way to the heap, through the .so or the .a. */
static void call_library(void) {
    pp_token_key *key = NULL;
    pp_status status = pp_token_key_new(&key, NULL);
    kept = status == PP_OK ? key : NULL;
}

static void call_nothing(void) {
}

/* Whether `call` is caught when the heap is forbidden: in a child, since it ends the process. */
static int is_caught(void (*call)(void)) {
    const struct rlimit no_core = {0, 0};
    int code = 0;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &no_core);
        forbidden = 1;
        call();
        _exit(0);
    }
    CHECK(waitpid(child, &code, 0) == child);
    return WIFSIGNALED(code) && WTERMSIG(code) == SIGABRT;
}

/* A line of the flow. What is printed while the heap is forbidden goes around stdio. */
static void print_without_heap(const char *line) {
    ssize_t written = write(STDOUT_FILENO, "    ", 4);
    written += write(STDOUT_FILENO, line, strlen(line));
    written += write(STDOUT_FILENO, "\n", 1);
    CHECK(written == (ssize_t)strlen(line) + 5);
}

int main(void) {
    uint64_t state = 1;
    pp_rng rng = {.struct_size = sizeof rng, .ctx = &state, .fill = test_rng_fill};
    long before;
    int code;

    test_step("every way to the heap is caught");
    CHECK(!is_caught(call_nothing));
    CHECK(is_caught(call_malloc));
    CHECK(is_caught(call_calloc));
    CHECK(is_caught(call_realloc));
    CHECK(is_caught(call_memalign));
    CHECK(is_caught(call_aligned_alloc));
    CHECK(is_caught(call_posix_memalign));
    CHECK(is_caught(call_free));
    CHECK(is_caught(call_library));

    test_step("the flow of both types goes without");
    before = calls;
    forbidden = 1;
    code = no_heap_main(&rng, print_without_heap);
    forbidden = 0;
    CHECK(code == 0);
    CHECK(calls == before);
    return test_end();
}
