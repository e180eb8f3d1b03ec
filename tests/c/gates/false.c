/* A check that does not hold must fail. */
#include "../test.h"

int main(void) {
    CHECK_STATUS(PP_OK, pp_token_parse(NULL, NULL, 0, NULL));
    return test_end();
}
