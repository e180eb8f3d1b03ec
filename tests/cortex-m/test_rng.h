/* NOT A SOURCE OF RANDOMNESS: numbers that differ and no more, so that a run can be repeated. A product asks the generator
 * of its microcontroller. */
#ifndef TEST_RNG_H
#define TEST_RNG_H

#include <privacypass.h>

/* `ctx` points to a uint64_t, the state. */
static inline pp_status test_rng_fill(void *ctx, uint8_t *out, size_t len)
{
    uint64_t *state = ctx;
    while (len-- > 0) {
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        *out++ = (uint8_t)(*state >> 56);
    }
    return PP_OK;
}

#endif
