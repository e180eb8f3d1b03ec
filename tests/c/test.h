/*
 * What every C test includes. A test is one program: it prints what it does, and ends with `ok` and exit code 0; the first
 * check that fails says where and ends it with exit code 1. Nothing here allocates.
 *
 *     int main(void) {
 *         test_step("parse a token");
 *         CHECK_STATUS(PP_ERR_MALFORMED, pp_token_parse(&token, NULL, 0, NULL));
 *         return test_end();
 *     }
 *
 * tests/tools/c_programs.sh builds every tests/c/NAME.c as C99 and C11, with gcc and clang, against the .so and the .a.
 */
#ifndef PRIVACYPASS_TEST_H
#define PRIVACYPASS_TEST_H

#include <privacypass.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long test_checks;

/* True must hold. */
#define CHECK(condition) test_check((condition) != 0, #condition, __FILE__, __LINE__)

/* The call must return the status: PP_OK or PP_ERR_… */
#define CHECK_STATUS(expected, call) test_check_status((expected), (call), #call, __FILE__, __LINE__)

/* The call must return PP_OK. */
#define CHECK_OK(call) CHECK_STATUS(PP_OK, call)

/* Two numbers without a sign must be equal: sizes, lengths, counts, fields of pp_detail. */
#define CHECK_SIZE(expected, actual) \
    test_check_size((uint64_t)(expected), (uint64_t)(actual), #actual, __FILE__, __LINE__)

/* Two byte strings must be equal. */
#define CHECK_BYTES(expected, expected_len, actual, actual_len) \
    test_check_bytes((expected), (expected_len), (actual), (actual_len), #actual, __FILE__, __LINE__)

/* All bytes of an object must be zero: after _wipe, or where an output must be untouched. */
#define CHECK_ZERO(data, len) test_check_zero((data), (len), #data, __FILE__, __LINE__)

/* Say what comes next. */
static inline void test_step(const char *what) {
    printf("  %s\n", what);
    fflush(stdout); /* a crash must not swallow the line */
}

/* End the program for a reason that no check states. */
static inline void test_fail(const char *why, const char *file, int line) {
    printf("%s:%d: FAILED: %s\n", file, line, why);
    exit(1);
}

static inline void test_check(int holds, const char *what, const char *file, int line) {
    test_checks++;
    if (!holds) {
        test_fail(what, file, line);
    }
}

static inline void test_check_status(pp_status expected, pp_status actual, const char *what, const char *file, int line) {
    test_checks++;
    if (actual != expected) {
        printf("expected %s, got %s (%ld)\n", pp_status_name(expected), pp_status_name(actual), (long)actual);
        test_fail(what, file, line);
    }
}

static inline void test_check_size(uint64_t expected, uint64_t actual, const char *what, const char *file, int line) {
    test_checks++;
    if (actual != expected) {
        printf("expected %llu, got %llu\n", (unsigned long long)expected, (unsigned long long)actual);
        test_fail(what, file, line);
    }
}

static inline void test_print_bytes(const char *label, const uint8_t *data, size_t len) {
    size_t i;
    printf("%s (%lu bytes) ", label, (unsigned long)len);
    for (i = 0; i < len; i++) {
        printf("%02x", data[i]);
    }
    printf("\n");
}

static inline void test_check_bytes(const void *expected, size_t expected_len, const void *actual, size_t actual_len,
                                    const char *what, const char *file, int line) {
    test_checks++;
    if (expected_len != actual_len || (expected_len != 0 && memcmp(expected, actual, expected_len) != 0)) {
        test_print_bytes("expected", (const uint8_t *)expected, expected_len);
        test_print_bytes("got     ", (const uint8_t *)actual, actual_len);
        test_fail(what, file, line);
    }
}

static inline void test_check_zero(const void *data, size_t len, const char *what, const char *file, int line) {
    const uint8_t *bytes = (const uint8_t *)data;
    size_t i;
    test_checks++;
    for (i = 0; i < len; i++) {
        if (bytes[i] != 0) {
            printf("byte %lu is not zero\n", (unsigned long)i);
            test_fail(what, file, line);
        }
    }
}

/* Give the exit code, which `main` returns. A test that checked nothing has failed. */
static inline int test_end(void) {
    if (test_checks == 0) {
        printf("FAILED: nothing was checked\n");
        return 1;
    }
    printf("  %lu checks\nok\n", test_checks);
    return 0;
}

static inline int test_hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

/* Decode hex, with or without 0x in front, and give the number of bytes. What is no hex, or does not fit, ends the test. */
static inline size_t test_hex(uint8_t *out, size_t capacity, const char *hex) {
    size_t len = 0;
    if (hex[0] == '0' && (hex[1] == 'x' || hex[1] == 'X')) {
        hex += 2;
    }
    for (; hex[0] != '\0'; hex += 2) {
        int high = test_hex_digit(hex[0]);
        int low = high < 0 ? -1 : test_hex_digit(hex[1]);
        if (low < 0 || len == capacity) {
            test_fail(hex, "hex", (int)len);
        }
        out[len++] = (uint8_t)(high * 16 + low);
    }
    return len;
}

/* The next number of a fixed sequence (splitmix64): tests that need any bytes get the same ones every time. */
static inline uint64_t test_random(uint64_t *state) {
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* A pp_rng callback that gives that sequence; ctx points to the state, a uint64_t. For tests only. */
static inline pp_status test_rng_fill(void *ctx, uint8_t *out, size_t len) {
    size_t i;
    for (i = 0; i < len; i++) {
        out[i] = (uint8_t)test_random((uint64_t *)ctx);
    }
    return PP_OK;
}

#endif /* PRIVACYPASS_TEST_H */
