/* An overflow of a signed number: only the sanitizer for undefined behaviour notices. */
#include "../test.h"

int main(void) {
    volatile int32_t largest = INT32_MAX;
    largest = largest + 1;
    CHECK(largest != 0);
    return test_end();
}
