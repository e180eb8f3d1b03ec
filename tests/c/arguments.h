/*
 * The rules at the top of the header, tried on every argument of a function.
 *
 * A test says how a good call looks, and what each argument is; the rest follows from the rules:
 *
 *     FUNCTION(pp_token_parse, P(1), P(2), N(3)) {
 *         arg_struct(1, sizeof(pp_token));       argument 1 points to an output
 *         arg_input(2, token, token_len);        arguments 2 and 3 are an input
 *     }
 *
 * P(i) and N(i) are argument i, a pointer or a number. The good call must answer PP_OK. Then one argument after the other is
 * broken in every way its kind allows, and each time it is checked what the function returned, what the detail says, and
 * that every output is as it was, or zeros.
 *
 * tests/tools/c_coverage.py checks that every function of the header has such a test, and every argument a kind.
 */
#ifndef PRIVACYPASS_TEST_ARGUMENTS_H
#define PRIVACYPASS_TEST_ARGUMENTS_H

#include "vectors.h"

#include <stddef.h>

#define ARG_MAX 12      /* arguments of one function, counted from 1, without detail */
#define ARG_ROOM 8704   /* bytes for what one argument points to */
#define ARG_GUARD 64    /* bytes before and behind it, which nobody may write */
#define ARG_ITEMS 3     /* items of an array */
#define ARG_ANY 0xA5    /* what an output holds before the call */
#define ARG_TOO_MANY ((size_t)PTRDIFF_MAX + 1)

enum arg_kind {
    ARG_NUMBER,
    ARG_INPUT,    /* data, len */
    ARG_OUTPUT,   /* out, capacity, *out_len */
    ARG_STRUCT,   /* an output of fixed size */
    ARG_OPTIONAL, /* the same, which may be NULL */
    ARG_FIELDS,   /* a struct that is an input */
    ARG_VALUE,    /* a value that holds something */
    ARG_HANDLE,   /* a filled handle */
    ARG_FILL,     /* a handle to be filled */
    ARG_MEMORY,   /* memory, len: for a handle */
    ARG_TABLE,    /* a struct that begins with its size */
    ARG_HANDLES,  /* handles, count */
    ARG_SPANS,    /* count spans, inputs */
    ARG_LIST,     /* count structs, inputs */
    ARG_BUFFERS,  /* count buffers, outputs */
    ARG_ARRAY     /* count structs or numbers, outputs */
};

typedef struct arg_argument {
    enum arg_kind kind;
    size_t size;        /* of the room that is used, or of one item */
    size_t align;       /* 1 when every address will do */
    int count_at;       /* which argument is the count of an array */
    int optional;       /* whether NULL is allowed */
    size_t callback;    /* where in a table a pointer stands that must not be NULL; 0 when there is none */
    void *empty;        /* an empty handle of the type */
    void *other;        /* a filled handle of another type; with ARG_FILL a filled one of this type */
    pp_status nothing;  /* what a value of zeros gives */
    int size_rule;      /* whether an empty input is misuse */
    int opaque;         /* whether values stand there: some of their bytes have never been set, so none but the first word
                           can be compared */
    size_t spans[3];    /* where in a struct spans stand */
    size_t span_count;
} arg_argument;

typedef struct arg_function {
    const char *name;
    pp_status (*call)(void);
    void (*good)(void);
} arg_function;

static struct {
    const arg_function *function;
    arg_argument list[ARG_MAX + 1]; /* those with kind ARG_NUMBER and size 0 are not used */
    void *pointers[ARG_MAX + 1];
    uint64_t numbers[ARG_MAX + 1];
    size_t lengths[ARG_MAX + 1]; /* what the out_len of an output points to */
    size_t needed[ARG_MAX + 1];  /* what the good call stores there */
    pp_detail detail_room, *detail;
    uint64_t rooms[ARG_MAX + 1][(ARG_ROOM + 2 * ARG_GUARD) / 8];
    uint64_t before[ARG_MAX + 1][(ARG_ROOM + 2 * ARG_GUARD) / 8];
    uint64_t saved[(ARG_ROOM + 2 * ARG_GUARD) / 8];
    pp_status answer;
} arg;

#define P(at) (arg.pointers[at])
#define N(at) (arg.numbers[at])

/* Define a test: the call, made of P(i) and N(i), and behind it what a good call needs. */
#define FUNCTION(function, ...)                                       \
    static pp_status call_##function(void) {                          \
        return function(__VA_ARGS__, arg.detail);                     \
    }                                                                 \
    static void good_##function(void)

/* Run it. */
#define RUN(function)                                                                   \
    do {                                                                                \
        static const arg_function tried = {#function, call_##function, good_##function}; \
        arg_run(&tried);                                                                \
    } while (0)

/* The bytes an argument may point to. */
static inline uint8_t *arg_room(int at) { return (uint8_t *)arg.rooms[at] + ARG_GUARD; }

static inline arg_argument *arg_take(int at, enum arg_kind kind, size_t size, size_t align) {
    arg_argument empty;
    memset(&empty, 0, sizeof empty);
    CHECK(at >= 1 && at <= ARG_MAX && size <= ARG_ROOM);
    arg.list[at] = empty;
    arg.list[at].kind = kind;
    arg.list[at].size = size;
    arg.list[at].align = align;
    return &arg.list[at];
}

/* An input of fixed size: bytes. */
static inline void arg_fixed_input(int at, void *data) {
    arg_take(at, ARG_FIELDS, 0, 1);
    arg.pointers[at] = data;
}

/* A number for which there is no rule. */
static inline void arg_number(int at, uint64_t number) { arg.numbers[at] = number; }

/* (data, len) */
static inline void arg_input(int at, void *data, size_t len) {
    arg_take(at, ARG_INPUT, 0, 1);
    arg.pointers[at] = data;
    arg.numbers[at + 1] = len;
}

/* (data, len), which has one size, so that an empty one is misuse: the documentation says so. */
static inline void arg_sized_input(int at, void *data, size_t len) {
    arg_input(at, data, len);
    arg.list[at].size_rule = 1;
}

/* (data, len), where the data is changed in place */
static inline void arg_changed(int at, const void *data, size_t len) {
    arg_take(at, ARG_INPUT, len, 1);
    memcpy(arg_room(at), data, len);
    arg.pointers[at] = arg_room(at);
    arg.numbers[at + 1] = len;
}

/* (out, capacity, out_len) */
static inline void arg_output(int at, size_t capacity) {
    arg_take(at, ARG_OUTPUT, capacity, 1);
    memset(arg_room(at), ARG_ANY, capacity);
    memset(&arg.lengths[at], ARG_ANY, sizeof(size_t));
    arg.pointers[at] = arg_room(at);
    arg.numbers[at + 1] = capacity;
    arg.pointers[at + 2] = &arg.lengths[at];
}

static inline void arg_fixed(int at, enum arg_kind kind, size_t size, size_t align) {
    arg_take(at, kind, size, align);
    memset(arg_room(at), ARG_ANY, size);
    arg.pointers[at] = arg_room(at);
}

/* An output of bytes. */
static inline void arg_bytes(int at, size_t size) { arg_fixed(at, ARG_STRUCT, size, 1); }

/* An output that is a number of 16 bits, or a struct whose largest number that is. */
static inline void arg_struct16(int at, size_t size) { arg_fixed(at, ARG_STRUCT, size, 2); }

/* An output that is a value, a pointer, a size, or a struct with such. */
static inline void arg_struct(int at, size_t size) { arg_fixed(at, ARG_STRUCT, size, sizeof(void *)); }

/* The same; it may be NULL. */
static inline void arg_optional(int at, size_t size) { arg_fixed(at, ARG_OPTIONAL, size, sizeof(void *)); }

/* A struct with fields that is an input. */
static inline void arg_fields(int at, const void *fields, size_t size) {
    arg_fixed(at, ARG_FIELDS, size, sizeof(void *));
    memcpy(arg_room(at), fields, size);
}

/* The same; it may be NULL. */
static inline void arg_optional_fields(int at, const void *fields, size_t size) {
    arg_fields(at, fields, size);
    arg.list[at].optional = 1;
}

/* Where in the struct of an argument one of its spans stands: offsetof(...). */
static inline void arg_span(int at, size_t offset) {
    CHECK(arg.list[at].span_count < 3);
    arg.list[at].spans[arg.list[at].span_count++] = offset;
}

/* A value that holds something, and what the function says when it does not. It is misuse, or PP_ERR_ALREADY_USED. */
static inline void arg_value(int at, const void *value, size_t size, pp_status nothing) {
    arg_fixed(at, ARG_VALUE, size, 8);
    memcpy(arg_room(at), value, size);
    arg.list[at].nothing = nothing;
    arg.list[at].opaque = 1;
}

/* A filled handle, an empty one of the type (NULL when no handle of the type is ever empty), and a filled one of another. */
static inline void arg_handle(int at, void *handle, void *empty, void *other) {
    arg_argument *own = arg_take(at, ARG_HANDLE, 0, 8);
    arg.pointers[at] = handle;
    own->empty = empty;
    own->other = other;
}

/* A handle to be filled, which is in arg_room(at), and a filled one of the type. */
static inline void arg_fill(int at, size_t size, void *filled) {
    arg_take(at, ARG_FILL, size, 8)->other = filled;
    arg.pointers[at] = arg_room(at);
}

/* (memory, len): where a handle is placed. */
static inline void arg_memory(int at, size_t size) {
    arg_fixed(at, ARG_MEMORY, size, 8);
    arg.numbers[at + 1] = size;
}

/* A struct that begins with its size, and where in it stands a callback that must be there (0: none must). */
static inline void arg_table(int at, const void *table, size_t size, size_t callback) {
    arg_fixed(at, ARG_TABLE, size, sizeof(void *));
    memset(arg_room(at), 0, ARG_ROOM); /* a later header's table would go on here */
    memcpy(arg_room(at), table, size);
    arg.list[at].callback = callback;
}

/* The same; it may be NULL. */
static inline void arg_optional_table(int at, const void *table, size_t size, size_t callback) {
    arg_table(at, table, size, callback);
    arg.list[at].optional = 1;
}

/* (handles, count): one handle, which is filled, and an empty one and one of another type, as arg_handle. */
static inline void arg_handles(int at, void *handle, void *empty, void *other) {
    arg_argument *own = arg_take(at, ARG_HANDLES, sizeof(void *), sizeof(void *));
    int i;
    for (i = 0; i < ARG_ITEMS; i++) {
        memcpy(arg_room(at) + i * sizeof handle, &handle, sizeof handle);
    }
    arg.pointers[at] = arg_room(at);
    arg.numbers[at + 1] = ARG_ITEMS;
    own->empty = empty;
    own->other = other;
    own->count_at = at + 1;
}

static inline void arg_array_of(int at, enum arg_kind kind, size_t size, size_t align, int count_at) {
    arg_take(at, kind, size, align)->count_at = count_at;
    memset(arg_room(at), ARG_ANY, size * ARG_ITEMS);
    arg.pointers[at] = arg_room(at);
    arg.numbers[count_at] = ARG_ITEMS;
}

/* An array of outputs: ARG_ITEMS of them, as the argument count_at says. */
static inline void arg_array(int at, size_t size, size_t align, int count_at) {
    arg_array_of(at, ARG_ARRAY, size, align, count_at);
}

/* The same; it may be NULL. */
static inline void arg_optional_array(int at, size_t size, size_t align, int count_at) {
    arg_array_of(at, ARG_ARRAY, size, align, count_at);
    arg.list[at].optional = 1;
}

/* An array of values that hold something. */
static inline void arg_values(int at, const void *values, size_t size, int count_at) {
    arg_array_of(at, ARG_ARRAY, size, 8, count_at);
    memcpy(arg_room(at), values, size * ARG_ITEMS);
    arg.list[at].opaque = 1;
}

/* An array of inputs: each item is this one. */
static inline void arg_spans(int at, uint8_t *data, size_t len, int count_at) {
    pp_bytes *spans = (pp_bytes *)(void *)arg_room(at);
    int i;
    arg_array_of(at, ARG_SPANS, sizeof(pp_bytes), sizeof(void *), count_at);
    for (i = 0; i < ARG_ITEMS; i++) {
        spans[i].data = data;
        spans[i].len = len;
    }
}

/* (structs, count): an array of inputs, each item this one. */
static inline void arg_list(int at, const void *item, size_t size) {
    int i;
    arg_array_of(at, ARG_LIST, size, sizeof(void *), at + 1);
    for (i = 0; i < ARG_ITEMS; i++) {
        memcpy(arg_room(at) + (size_t)i * size, item, size);
    }
}

/* An array of buffers, each with this capacity. What they point to follows them in the room. */
static inline void arg_buffers(int at, size_t capacity, int count_at) {
    pp_buffer *buffers = (pp_buffer *)(void *)arg_room(at);
    int i;
    arg_array_of(at, ARG_BUFFERS, sizeof(pp_buffer), sizeof(void *), count_at);
    CHECK(ARG_ITEMS * (sizeof(pp_buffer) + capacity) <= ARG_ROOM);
    for (i = 0; i < ARG_ITEMS; i++) {
        buffers[i].data = arg_room(at) + ARG_ITEMS * sizeof(pp_buffer) + i * capacity;
        buffers[i].capacity = capacity;
        memset(&buffers[i].len, ARG_ANY, sizeof(size_t));
        memset(buffers[i].data, ARG_ANY, capacity);
    }
}

/* What the last call put into the pointer that argument `at` points to; NULL if it failed. */
static inline void *arg_made(int at) {
    void *made = NULL;
    if (arg.answer == PP_OK && arg.pointers[at] == (void *)arg_room(at)) {
        memcpy(&made, arg_room(at), sizeof made);
    }
    return made;
}

#include "arguments_run.h"

#endif /* PRIVACYPASS_TEST_ARGUMENTS_H */
