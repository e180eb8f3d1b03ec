/* The device that examples/c/06_no_heap.c speaks of: lends it lines of text and numbers, and says what stack it took. */
#include "board.h"
#include "test_rng.h"

int no_heap_main(pp_rng *rng, void (*print)(const char *line));

static void print_line(const char *line)
{
    board_print(line);
    board_print("\n");
}

int main(void)
{
    uint64_t state = 1;
    pp_rng rng = {.struct_size = sizeof rng, .ctx = &state, .fill = test_rng_fill};
    board_paint_stack();
    int code = no_heap_main(&rng, print_line);
    board_print("peak of the whole: ");
    board_print_number(board_stack_used());
    board_print(" bytes of stack\n");
    return code;
}
