/* Start-up for a Cortex-M4 under qemu, which takes semihosting calls for text and for the end of the program.
 *
 * There is no heap and no `_sbrk` here: a program that calls malloc does not link. */
#include "board.h"

#include <stdint.h>

int main(void);

extern uint32_t stack_bottom[], stack_top[];
extern uint32_t data_start[], data_end[], data_load[];
extern uint32_t bss_start[], bss_end[];

#define SYS_WRITE0        0x04u
#define SYS_EXIT_EXTENDED 0x20u
#define APPLICATION_EXIT  0x20026u

/* No secret and no pointer of the library looks like this by chance, word after word. */
#define PAINT 0xA5C35A3Cu

static void semihosting(uint32_t operation, const void *argument)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}

void board_exit(int code)
{
    const uint32_t block[2] = {APPLICATION_EXIT, (uint32_t)code};
    for (;;) {
        semihosting(SYS_EXIT_EXTENDED, block);
    }
}

void board_print(const char *text)
{
    semihosting(SYS_WRITE0, text);
}

void board_print_number(size_t number)
{
    char digits[12];
    size_t at = sizeof digits - 1;
    digits[at] = 0;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    board_print(digits + at);
}

static uintptr_t stack_pointer(void)
{
    uintptr_t sp;
    __asm__ volatile("mov %0, sp" : "=r"(sp));
    return sp;
}

static uint32_t *painted_end;

__attribute__((noinline)) void board_paint_stack(void)
{
    /* Not this function's own frame. */
    painted_end = (uint32_t *)(stack_pointer() - 64);
    for (volatile uint32_t *word = stack_bottom; word < painted_end; word++) {
        *word = PAINT;
    }
}

size_t board_stack_used(void)
{
    const uint32_t *word = stack_bottom;
    while (word < painted_end && *word == PAINT) {
        word++;
    }
    return (size_t)((uintptr_t)painted_end - (uintptr_t)word);
}

/* QEMU lets a program read and write where this board has nothing; so the MPU makes the 128 MiB below the stack a fault. */
static void guard_stack(void)
{
    volatile uint32_t *const mpu = (volatile uint32_t *)0xE000ED94u; /* CTRL, RNR, RBAR, RASR */
    mpu[1] = 0;
    mpu[2] = 0x18000000u;
    mpu[3] = 26u << 1 | 1u; /* 2^27 bytes, no access */
    mpu[0] = 1u << 2 | 1u;  /* elsewhere as without an MPU */
    __asm__ volatile("dsb\n isb");
}

static _Noreturn __attribute__((used)) void report_fault(void)
{
    board_print("FAILED: a fault; a stack that ran over ends here, too\n");
    board_exit(102);
}

/* The stack may be what has run out: a new one, before anything is pushed. */
static __attribute__((naked)) void fault(void)
{
    __asm__ volatile("ldr r0, =stack_top\n mov sp, r0\n b report_fault");
}

_Noreturn void reset(void)
{
    /* Word by word through volatile: an ordinary loop becomes a call of memcpy, which is for after the start. */
    volatile uint32_t *to = data_start;
    for (const uint32_t *from = data_load; to < data_end; from++) {
        *to++ = *from;
    }
    for (to = bss_start; to < bss_end; to++) {
        *to = 0;
    }
    guard_stack();
    board_exit(main());
}

/* Reset first, then every exception that can happen with no interrupt enabled. */
__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    void (*handlers[15])(void);
} vectors = {stack_top, {reset, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0, fault, fault}};
