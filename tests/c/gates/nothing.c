/* A test that checks nothing must fail. */
#include "../test.h"

int main(void) {
    return test_end();
}
