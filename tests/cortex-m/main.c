/* Runs both token types from challenge to redemption, and says how much stack each took. */
#include "board.h"

int flow_voprf_p384(void);
int flow_blind_rsa_2048(void);

static int run(const char *name, int (*flow)(void))
{
    board_paint_stack();
    int failed_step = flow();
    size_t stack = board_stack_used();
    board_print(name);
    if (failed_step != 0) {
        board_print(": FAILED at step ");
        board_print_number((size_t)failed_step);
        board_print("\n");
        return failed_step;
    }
    board_print(": ok, ");
    board_print_number(stack);
    board_print(" bytes of stack\n");
    return 0;
}

int main(void)
{
    int failed = run("type 0x0001, VOPRF (P-384)", flow_voprf_p384);
#ifdef FAIL
    /* The self-test of the script: a wrong result must be seen. */
    failed = 99;
#endif
    if (failed == 0) {
        failed = run("type 0x0002, blind RSA (2048)", flow_blind_rsa_2048);
    }
    return failed;
}
