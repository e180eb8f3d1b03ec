/* What a program without an operating system needs of the board: a way out, a line of text, and the use of the stack. */
#ifndef BOARD_H
#define BOARD_H

#include <stddef.h>

/* Ends the emulation; `code` becomes the exit status of qemu. */
_Noreturn void board_exit(int code);

/* Prints text, without a line end of its own. */
void board_print(const char *text);
void board_print_number(size_t number);

/* Fills the stack below the caller with a pattern, and later says how many bytes below the caller have lost it. */
void board_paint_stack(void);
size_t board_stack_used(void);

#endif
