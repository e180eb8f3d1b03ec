/* The example of a program without a heap (examples/c/06_no_heap.c), as it stands, on the board. */
#include <privacypass.h>

#include "board.h"

int no_heap_main(pp_rng *rng, void (*print)(const char *line));

/* As in main.c: numbers that differ and no more. NOT A SOURCE OF RANDOMNESS. */
static pp_status test_rng(void *ctx, uint8_t *out, size_t len)
{
    uint64_t *state = ctx;
    while (len-- > 0) {
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        *out++ = (uint8_t)(*state >> 56);
    }
    return PP_OK;
}

static void print_line(const char *line)
{
    board_print(line);
    board_print("\n");
}

int main(void)
{
    uint64_t state = 1;
    pp_rng rng = {.struct_size = sizeof rng, .ctx = &state, .fill = test_rng};
    return no_heap_main(&rng, print_line);
}
