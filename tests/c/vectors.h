/*
 * Reads the published vectors of tests/vectors: as much JSON as those files hold.
 *
 *     test_vectors vectors;
 *     test_vectors_open(&vectors, "rfc9578/type2.json");
 *     while (test_vectors_next(&vectors)) {
 *         size_t len = test_vectors_hex(&vectors, "token", token, sizeof token);
 *     }
 *     test_vectors_close(&vectors, 5);
 *
 * A missing file, a missing field, and a number of vectors other than expected end the test.
 */
#ifndef PRIVACYPASS_TEST_VECTORS_H
#define PRIVACYPASS_TEST_VECTORS_H

#include "test.h"

/* Longer than any file of tests/vectors that C reads, and than any field. */
#define TEST_VECTORS_FILE_MAX 262144
#define TEST_VECTORS_FIELD_MAX 16384

typedef struct test_vectors {
    char text[TEST_VECTORS_FILE_MAX];
    char field[TEST_VECTORS_FIELD_MAX];
    const char *at;  /* where the search for the next object begins */
    const char *own; /* the object that was found */
    unsigned long count;
} test_vectors;

/* Step over a string: from its opening quote to behind its closing one. */
static inline const char *test_json_string_end(const char *at) {
    for (at++; *at != '"'; at++) {
        if (*at == '\\' && at[1] != '\0') {
            at++;
        }
        if (*at == '\0') {
            test_fail("a string has no end", "vectors", 0);
        }
    }
    return at + 1;
}

/* Step over whatever value begins here. */
static inline const char *test_json_value_end(const char *at) {
    int depth = 0;
    for (;;) {
        if (*at == '"') {
            at = test_json_string_end(at);
        } else if (*at == '\0') {
            test_fail("a value has no end", "vectors", 0);
        } else if (depth == 0 && (*at == ',' || *at == '}' || *at == ']')) {
            return at;
        } else {
            depth += (*at == '{' || *at == '[');
            depth -= (*at == '}' || *at == ']');
            at++;
        }
        if (depth == 0 && (at[-1] == '}' || at[-1] == ']' || at[-1] == '"')) {
            return at;
        }
    }
}

static inline const char *test_json_skip(const char *at, const char *characters) {
    return at + strspn(at, characters);
}

/* Find the value of a field of the object that begins here; NULL if there is none. */
static inline const char *test_json_field(const char *object, const char *name) {
    const char *at = test_json_skip(object + 1, " \t\r\n,");
    size_t len = strlen(name);
    while (*at == '"') {
        const char *key = at + 1, *end = test_json_string_end(at);
        const char *value = test_json_skip(end, " \t\r\n:");
        if ((size_t)(end - 1 - key) == len && memcmp(key, name, len) == 0) {
            return value;
        }
        at = test_json_skip(test_json_value_end(value), " \t\r\n,");
    }
    return NULL;
}

/* Open a file of the folder that the environment variable TEST_VECTORS names: the runner sets it. */
static inline void test_vectors_open(test_vectors *vectors, const char *name) {
    const char *folder = getenv("TEST_VECTORS");
    char path[4096];
    size_t len;
    FILE *file;
    if (folder == NULL || strlen(folder) + strlen(name) + 2 > sizeof path) {
        test_fail("TEST_VECTORS names no folder", name, 0);
        return;
    }
    sprintf(path, "%s/%s", folder, name);
    file = fopen(path, "rb");
    if (file == NULL) {
        test_fail("cannot open the file", path, 0);
        return;
    }
    len = fread(vectors->text, 1, sizeof vectors->text - 1, file);
    if (fgetc(file) != EOF) {
        test_fail("the file is longer than TEST_VECTORS_FILE_MAX", path, 0);
    }
    fclose(file);
    vectors->text[len] = '\0';
    vectors->at = test_json_skip(vectors->text, " \t\r\n");
    if (*vectors->at == '{') {
        vectors->at = test_json_field(vectors->at, "vectors");
    }
    if (vectors->at == NULL || *vectors->at != '[') {
        test_fail("no array of vectors", path, 0);
        return;
    }
    vectors->at++;
    vectors->own = NULL;
    vectors->count = 0;
}

/* Go to the next vector; 0 when there is none. */
static inline int test_vectors_next(test_vectors *vectors) {
    vectors->own = test_json_skip(vectors->at, " \t\r\n,");
    if (*vectors->own != '{') {
        return 0;
    }
    vectors->at = test_json_value_end(vectors->own);
    vectors->count++;
    return 1;
}

/* Say whether the vector has the field. */
static inline int test_vectors_has(const test_vectors *vectors, const char *name) {
    return test_json_field(vectors->own, name) != NULL;
}

/* Give the text of a field. It is good until the next call. */
static inline const char *test_vectors_text(test_vectors *vectors, const char *name) {
    const char *at = test_json_field(vectors->own, name), *end;
    size_t len = 0;
    if (at == NULL || *at != '"') {
        test_fail("the vector has no such text", name, (int)vectors->count);
        return "";
    }
    end = test_json_string_end(at) - 1;
    for (at++; at < end; at++) {
        if (*at == '\\') {
            at++;
            if (*at != '"' && *at != '\\' && *at != '/') {
                test_fail("an escape that no vector used until now", name, (int)vectors->count);
            }
        }
        if (len + 1 == sizeof vectors->field) {
            test_fail("the field is longer than TEST_VECTORS_FIELD_MAX", name, (int)vectors->count);
        }
        vectors->field[len++] = *at;
    }
    vectors->field[len] = '\0';
    return vectors->field;
}

/* Decode a field of hex, and give the number of bytes. */
static inline size_t test_vectors_hex(test_vectors *vectors, const char *name, uint8_t *out, size_t capacity) {
    return test_hex(out, capacity, test_vectors_text(vectors, name));
}

/* Check that the file held as many vectors as the test expects. */
static inline void test_vectors_close(const test_vectors *vectors, unsigned long expected) {
    CHECK_SIZE(expected, vectors->count);
}

#endif /* PRIVACYPASS_TEST_VECTORS_H */
