/* What arguments.h does with a test: it breaks one argument after the other. */
#ifndef PRIVACYPASS_TEST_ARGUMENTS_RUN_H
#define PRIVACYPASS_TEST_ARGUMENTS_RUN_H

static inline void arg_fail(int at, const char *what, const char *why) {
    printf("%s, argument %d, %s: got %s, argument %lu, offset %lu, index %lu\n", arg.function->name, at, what,
           pp_status_name(arg.answer), (unsigned long)arg.detail_room.argument, (unsigned long)arg.detail_room.offset,
           (unsigned long)arg.detail_room.index);
    test_fail(why, arg.function->name, at);
}

static inline void arg_check(int holds, int at, const char *what, const char *why) {
    test_checks++;
    if (!holds) {
        arg_fail(at, what, why);
    }
}

/* 1 if the bytes of an argument are what they were before the call. */
static inline int arg_same(int at, size_t from, size_t len) {
    return memcmp((uint8_t *)arg.rooms[at] + ARG_GUARD + from, (uint8_t *)arg.before[at] + ARG_GUARD + from, len) == 0;
}

/* 1 if the bytes of an argument are what they were before the call, or zeros. */
static inline int arg_same_or_zero(int at, size_t from, size_t len) {
    size_t i;
    for (i = 0; i < len && arg_room(at)[from + i] == 0; i++) {
    }
    return i == len || arg_same(at, from, len);
}

static inline void arg_check_buffers(int at, const char *what) {
    const pp_buffer *now = (const pp_buffer *)(const void *)arg_room(at);
    pp_buffer was;
    size_t i, from;
    for (i = 0; i < ARG_ITEMS; i++) {
        memcpy(&was, (uint8_t *)arg.before[at] + ARG_GUARD + i * sizeof was, sizeof was);
        arg_check(now[i].data == was.data && now[i].capacity == was.capacity, at, what, "a buffer was moved");
        if (arg.answer != PP_OK) {
            from = (size_t)(was.data - arg_room(at));
            arg_check(was.data == NULL || was.capacity > ARG_ROOM || arg_same_or_zero(at, from, was.capacity), at, what,
                      "a buffer was changed, though the call failed");
        }
    }
}

/* Check what the call left where this argument points. */
static inline void arg_check_room(int at, const char *what) {
    const arg_argument *own = &arg.list[at];
    int failed = arg.answer != PP_OK, exact = failed, items = 1, i;
    size_t used = own->size, compared;
    switch (own->kind) {
    case ARG_FIELDS:
    case ARG_TABLE:
    case ARG_HANDLES:
    case ARG_SPANS:
    case ARG_LIST:
        used = 0; /* an input */
        break;
    case ARG_OUTPUT:
        used = arg.numbers[at + 1] < used ? (size_t)arg.numbers[at + 1] : used;
        exact = 0;
        break;
    case ARG_BUFFERS:
        arg_check_buffers(at, what);
        used = ARG_ROOM;
        exact = failed = 0;
        break;
    case ARG_ARRAY:
        items = ARG_ITEMS;
        exact = 0;
        break;
    case ARG_VALUE:
        exact = arg.answer == PP_ERR_MISUSE || arg.answer == PP_ERR_BUFFER_TOO_SMALL;
        break;
    case ARG_FILL:
    case ARG_MEMORY:
        break;
    default:
        exact = 0;
        break;
    }
    for (i = 0; i < items && failed; i++) {
        compared = own->opaque ? sizeof(uint64_t) : used;
        arg_check(exact ? arg_same(at, 0, compared) : arg_same_or_zero(at, (size_t)i * used, compared), at, what,
                  "the output was changed, though the call failed");
    }
    used *= (size_t)items;
    arg_check(memcmp(arg.rooms[at], arg.before[at], ARG_GUARD) == 0 && arg_same(at, used, ARG_ROOM - used + ARG_GUARD), at,
              what, "what is no output was changed");
}

/* Check what the call stored as the length of an output. */
static inline void arg_check_lengths(const char *what) {
    const pp_buffer *buffers;
    size_t len;
    int at, i;
    for (at = 1; at <= ARG_MAX; at++) {
        if (arg.list[at].kind == ARG_OUTPUT && arg.pointers[at + 2] == (void *)&arg.lengths[at]) {
            len = arg.lengths[at];
            if (arg.answer == PP_OK) {
                arg_check(len <= arg.numbers[at + 1], at, what, "the length is more than there is room for");
            } else {
                arg_check(len == 0 || len == arg.needed[at], at, what, "the length is neither 0 nor the needed size");
            }
        }
        if (arg.list[at].kind == ARG_BUFFERS && arg.pointers[at] == (void *)arg_room(at) &&
            arg.numbers[arg.list[at].count_at] == ARG_ITEMS) {
            buffers = (const pp_buffer *)(const void *)arg_room(at);
            for (i = 0; i < ARG_ITEMS; i++) {
                len = buffers[i].len;
                arg_check(len == 0 || len <= buffers[i].capacity || len == arg.needed[at], at, what, "a buffer's length");
            }
        }
    }
}

/* Call the function, and check what holds after every call. */
static inline void arg_call(int broken, const char *what) {
    int at;
    for (at = 1; at <= ARG_MAX; at++) {
        if (arg.list[at].kind != ARG_NUMBER) {
            memcpy(arg.before[at], arg.rooms[at], sizeof arg.rooms[at]);
        }
    }
    memset(&arg.detail_room, ARG_ANY, sizeof arg.detail_room);
    arg.answer = arg.function->call();
    if (arg.detail != NULL) {
        arg_check(arg.detail_room.status == arg.answer, broken, what, "the detail has another status");
        if (arg.answer == PP_OK) {
            arg_check(arg.detail_room.argument == 0 && arg.detail_room.offset == PP_NONE &&
                          arg.detail_room.index == PP_NONE,
                      broken, what, "the detail of PP_OK");
        }
    }
    for (at = 1; at <= ARG_MAX; at++) {
        if (arg.list[at].kind != ARG_NUMBER) {
            arg_check_room(at, what);
        }
    }
    arg_check_lengths(what);
}

static inline void arg_good(void) {
    arg.function->good();
    arg.detail = &arg.detail_room;
}

/* Values cannot be compared. What the misuse left of this one must do for the good call. */
static inline void arg_good_again(int at, const char *what) {
    memcpy(arg.rooms[at], arg.saved, sizeof arg.saved);
    arg_call(at, what);
    arg_check(arg.answer == PP_OK, at, what, "the misuse changed the value");
    arg_good();
}

/* The call, as it was broken, must be misuse of this argument. */
static inline void arg_misuse_of_item(int at, const char *what, uint32_t index) {
    int i;
    arg_call(at, what);
    arg_check(arg.answer == PP_ERR_MISUSE, at, what, "expected PP_ERR_MISUSE");
    arg_check(arg.detail_room.argument == (uint32_t)at, at, what, "the detail names another argument");
    arg_check(arg.detail_room.index == index, at, what, "the detail names another item");
    arg.detail = NULL;
    arg_call(at, what);
    for (i = 1; i <= ARG_MAX; i++) {
        if (i != at && arg.list[i].opaque) {
            memcpy(arg.saved, arg.rooms[i], sizeof arg.saved);
        }
    }
    arg_check(arg.answer == PP_ERR_MISUSE, at, what, "expected PP_ERR_MISUSE without a detail too");
    arg_good();
    for (i = 1; i <= ARG_MAX; i++) {
        if (i != at && arg.list[i].opaque) {
            arg_good_again(i, what);
        }
    }
}

static inline void arg_misuse(int at, const char *what) { arg_misuse_of_item(at, what, PP_NONE); }

/* The call may answer what it likes, but not that this argument breaks a rule. */
static inline void arg_accepted(int at, const char *what) {
    arg_call(at, what);
    arg_check(arg.answer != PP_ERR_MISUSE || arg.detail_room.argument != (uint32_t)at, at, what, "is not misuse");
    arg_good();
}

static inline void arg_answers(int at, const char *what, pp_status status) {
    arg_call(at, what);
    arg_check(arg.answer == status, at, what, pp_status_name(status));
    arg_good();
}

/* Make a pointer that is no multiple of `by`. */
static inline void arg_misalign(int at, size_t by) { arg.pointers[at] = (uint8_t *)arg.pointers[at] + by; }

/* A pointer to something that must be there. */
static inline void arg_try_pointer(int at) {
    arg.pointers[at] = NULL;
    if (arg.list[at].kind == ARG_OPTIONAL || arg.list[at].optional) {
        arg_accepted(at, "NULL, which is allowed");
    } else {
        arg_misuse(at, "NULL");
    }
    if (arg.list[at].align > 1) {
        arg_misalign(at, 1);
        arg_misuse(at, "misaligned by 1");
        arg_misalign(at, arg.list[at].align / 2);
        arg_misuse(at, "misaligned by half");
    }
}

static inline void arg_try_length(int at) {
    arg.numbers[at + 1] = ARG_TOO_MANY;
    arg_misuse(at, "longer than PTRDIFF_MAX");
    arg.numbers[at + 1] = SIZE_MAX;
    arg_misuse(at, "SIZE_MAX long");
    arg.pointers[at] = NULL;
    arg.numbers[at + 1] = 1;
    arg_misuse(at, "(NULL, 1)");
}

static inline void arg_try_input(int at) {
    arg_try_length(at);
    arg.pointers[at] = NULL;
    arg.numbers[at + 1] = 0;
    if (arg.list[at].size_rule) {
        arg_misuse(at, "(NULL, 0), where the documentation demands a size");
    } else {
        arg_accepted(at, "(NULL, 0)");
    }
}

/* The size that is needed: asked for, one byte too few, and enough. In between nothing is set up anew. */
static inline void arg_try_sizes(int at) {
    size_t needed = arg.needed[at];
    arg_check(needed > 0, at, "the good call", "an output must have a size");
    arg.pointers[at] = NULL;
    arg.numbers[at + 1] = 0;
    arg_call(at, "asked for the size");
    arg_check(arg.answer == PP_ERR_BUFFER_TOO_SMALL && arg.lengths[at] == needed, at, "asked for the size", "the size");
    arg_check(arg.detail_room.offset == needed, at, "asked for the size", "the size in the detail");
    arg.pointers[at] = arg_room(at);
    arg.numbers[at + 1] = needed - 1;
    memset(&arg.lengths[at], ARG_ANY, sizeof(size_t));
    arg_call(at, "one byte too few");
    arg_check(arg.answer == PP_ERR_BUFFER_TOO_SMALL && arg.lengths[at] == needed, at, "one byte too few", "the size");
    arg.numbers[at + 1] = needed;
    memset(&arg.lengths[at], ARG_ANY, sizeof(size_t));
    arg_call(at, "as much as is needed");
    arg_check(arg.answer == PP_OK && arg.lengths[at] == needed, at, "as much as is needed", "nothing was consumed");
    arg_good();
}

static inline void arg_try_output(int at) {
    arg_try_length(at);
    arg.pointers[at + 2] = NULL;
    arg_misuse(at + 2, "NULL");
    arg_misalign(at + 2, 1);
    arg_misuse(at + 2, "misaligned");
    arg_try_sizes(at);
}

static inline void arg_try_handle(int at) {
    arg_try_pointer(at);
    arg.pointers[at] = arg_room(0);
    arg_misuse(at, "no handle");
    if (arg.list[at].kind == ARG_HANDLE) {
        if (arg.list[at].empty != NULL) {
            arg.pointers[at] = arg.list[at].empty;
            arg_misuse(at, "an empty handle");
        }
        arg.pointers[at] = arg.list[at].other;
        arg_misuse(at, "a handle of another type");
    } else {
        arg.pointers[at] = arg.list[at].other;
        arg_misuse(at, "a filled handle");
    }
}

static inline void arg_try_value(int at) {
    pp_status nothing = arg.list[at].nothing;
    arg_try_pointer(at);
    arg_room(at)[3] ^= 0x10;
    arg_misuse(at, "a magic word of no type");
    memset(arg_room(at), 0, arg.list[at].size);
    if (nothing == PP_ERR_MISUSE) {
        arg_misuse(at, "zeros");
    } else {
        arg_answers(at, "zeros", nothing);
    }
}

static inline void arg_try_memory(int at) {
    size_t size = arg.list[at].size;
    arg_try_pointer(at);
    arg_try_length(at);
    arg.numbers[at + 1] = size - 1;
    arg_call(at, "one byte too few");
    arg_check(arg.answer == PP_ERR_BUFFER_TOO_SMALL && arg.detail_room.offset == size, at, "one byte too few", "the size");
    arg.pointers[at] = NULL;
    arg.numbers[at + 1] = 0;
    arg_answers(at, "(NULL, 0)", PP_ERR_BUFFER_TOO_SMALL);
}

static inline void arg_try_table(int at) {
    size_t size = arg.list[at].size, sizes[4];
    int i;
    arg_try_pointer(at);
    sizes[0] = 0;
    sizes[1] = size - 1;
    sizes[2] = 4097; /* more than any table will have: nobody has set it */
    sizes[3] = SIZE_MAX;
    for (i = 0; i < 4; i++) {
        memcpy(arg_room(at), &sizes[i], sizeof(size_t));
        arg_misuse(at, "a wrong struct_size");
    }
    if (arg.list[at].callback != 0) {
        memset(arg_room(at) + arg.list[at].callback, 0, sizeof(void (*)(void)));
        arg_misuse(at, "no callback");
    }
    sizes[0] = size + 8; /* the program knows a later header */
    memcpy(arg_room(at), &sizes[0], sizeof(size_t));
    arg_answers(at, "a longer table, which asks for nothing new", PP_OK);
    memcpy(arg_room(at), &sizes[0], sizeof(size_t));
    arg_room(at)[size + 7] = 1;
    arg_answers(at, "a longer table, which asks for something new", PP_ERR_UNSUPPORTED);
}

/* One of a struct's spans: where it stands in the room. */
static inline void arg_try_span(int at, size_t offset, uint32_t index) {
    pp_bytes span;
    memcpy(&span, arg_room(at) + offset, sizeof span);
    span.len = ARG_TOO_MANY;
    memcpy(arg_room(at) + offset, &span, sizeof span);
    arg_misuse_of_item(at, "a span longer than PTRDIFF_MAX", index);
    span.data = NULL;
    span.len = 1;
    memcpy(arg_room(at) + offset, &span, sizeof span);
    arg_misuse_of_item(at, "a span (NULL, 1)", index);
}

static inline void arg_try_handles(int at) {
    void *broken[4];
    int i;
    arg_try_pointer(at);
    arg.numbers[at + 1] = (size_t)PTRDIFF_MAX / sizeof(void *) + 1;
    arg_misuse(at, "more handles than there can be");
    arg.numbers[at + 1] = SIZE_MAX;
    arg_misuse(at, "SIZE_MAX handles");
    arg.pointers[at] = NULL;
    arg.numbers[at + 1] = 0;
    arg_accepted(at, "(NULL, 0)");
    broken[0] = NULL;
    broken[1] = arg.list[at].empty;
    broken[2] = arg.list[at].other;
    broken[3] = arg_room(0) + 1;
    for (i = 0; i < 4; i++) {
        memcpy(arg_room(at) + (ARG_ITEMS - 1) * sizeof(void *), &broken[i], sizeof(void *));
        arg_misuse_of_item(at, "an item that is no filled handle", ARG_ITEMS - 1);
    }
}

/* The arrays that share a count: it is too large for them, or it is zero. */
static inline void arg_try_count(int at) {
    int count_at = arg.list[at].count_at, other, named = 0;
    size_t counts[2], i;
    counts[0] = (size_t)PTRDIFF_MAX / arg.list[at].size + 1;
    counts[1] = SIZE_MAX;
    for (i = 0; i < 2; i++) {
        arg.numbers[count_at] = counts[i];
        arg_call(at, "more items than there can be");
        for (other = 1; other <= ARG_MAX; other++) {
            named |= arg.list[other].count_at == count_at && arg.detail_room.argument == (uint32_t)other;
        }
        arg_check(arg.answer == PP_ERR_MISUSE && named, at, "more items than there can be", "expected PP_ERR_MISUSE");
        arg_good();
    }
    arg.numbers[count_at] = 0;
    for (other = 1; other <= ARG_MAX; other++) {
        if (arg.list[other].count_at == count_at) {
            arg.pointers[other] = NULL;
        }
    }
    arg_answers(at, "no items", PP_OK);
}

/* Structs that are inputs: their spans are tried in the last one. */
static inline void arg_try_list(int at) {
    const arg_argument *own = &arg.list[at];
    size_t i;
    arg_try_pointer(at);
    arg.numbers[at + 1] = (size_t)PTRDIFF_MAX / own->size + 1;
    arg_misuse(at, "more items than there can be");
    arg.numbers[at + 1] = SIZE_MAX;
    arg_misuse(at, "SIZE_MAX items");
    arg.pointers[at] = NULL;
    arg.numbers[at + 1] = 0;
    if (own->size_rule) {
        arg_misuse(at, "(NULL, 0), where the documentation demands an item");
    } else {
        arg_accepted(at, "(NULL, 0)");
    }
    for (i = 0; i < own->span_count; i++) {
        arg_try_span(at, (ARG_ITEMS - 1) * own->size + own->spans[i], ARG_ITEMS - 1);
    }
}

static inline void arg_try_buffers(int at) {
    pp_buffer *last = (pp_buffer *)(void *)arg_room(at) + (ARG_ITEMS - 1);
    last->data = NULL;
    arg_misuse_of_item(at, "a buffer that is NULL", ARG_ITEMS - 1);
    last->capacity = ARG_TOO_MANY;
    arg_misuse_of_item(at, "a buffer larger than PTRDIFF_MAX", ARG_ITEMS - 1);
}

static inline void arg_try(int at) {
    const arg_argument *own = &arg.list[at];
    size_t i;
    switch (own->kind) {
    case ARG_NUMBER:
        return;
    case ARG_INPUT:
        arg_try_input(at);
        return;
    case ARG_OUTPUT:
        arg_try_output(at);
        return;
    case ARG_STRUCT:
    case ARG_OPTIONAL:
    case ARG_FIELDS:
        arg_try_pointer(at);
        break;
    case ARG_VALUE:
        arg_try_value(at);
        return;
    case ARG_HANDLE:
    case ARG_FILL:
        arg_try_handle(at);
        return;
    case ARG_MEMORY:
        arg_try_memory(at);
        return;
    case ARG_TABLE:
        arg_try_table(at);
        break;
    case ARG_HANDLES:
        arg_try_handles(at);
        return;
    case ARG_SPANS:
        arg_try_pointer(at);
        arg_try_count(at);
        arg_try_span(at, (ARG_ITEMS - 1) * sizeof(pp_bytes), ARG_ITEMS - 1);
        return;
    case ARG_LIST:
        arg_try_list(at);
        return;
    case ARG_BUFFERS:
        arg_try_pointer(at);
        arg_try_count(at);
        arg_try_buffers(at);
        return;
    case ARG_ARRAY:
        arg_try_pointer(at);
        arg_try_count(at);
        return;
    }
    for (i = 0; i < own->span_count; i++) {
        arg_try_span(at, own->spans[i], PP_NONE);
    }
}

static inline void arg_run(const arg_function *function) {
    int at;
    printf("  %s\n", function->name);
    fflush(stdout);
    memset(&arg, 0, sizeof arg);
    arg.answer = PP_ERR_INTERNAL;
    arg.function = function;
    arg_good();
    arg_call(0, "the good call");
    arg_check(arg.answer == PP_OK, 0, "the good call", "expected PP_OK");
    for (at = 1; at <= ARG_MAX; at++) {
        if (arg.list[at].kind == ARG_OUTPUT) {
            arg.needed[at] = arg.lengths[at];
        }
        if (arg.list[at].kind == ARG_BUFFERS) {
            arg.needed[at] = ((const pp_buffer *)(const void *)arg_room(at))->len;
        }
    }
    arg_good();
    arg.detail = NULL;
    arg_call(0, "the good call without a detail");
    arg_check(arg.answer == PP_OK, 0, "the good call without a detail", "expected PP_OK");
    arg_good();
    for (at = 1; at <= ARG_MAX; at++) {
        arg_try(at);
    }
}

#endif /* PRIVACYPASS_TEST_ARGUMENTS_RUN_H */
