// The unnormalised Walsh-Hadamard transform: for h = 1, 2, 4, ... each pair (a, b) at distance h becomes
// (a + b, a - b).

#pragma STDC FP_CONTRACT OFF

#if LANES == 8
#define EACH_LANE(f, h) f(0, h), f(1, h), f(2, h), f(3, h), f(4, h), f(5, h), f(6, h), f(7, h)
#elif LANES == 16
#define EACH_LANE(f, h)                                                                                 \
    f(0, h), f(1, h), f(2, h), f(3, h), f(4, h), f(5, h), f(6, h), f(7, h), f(8, h), f(9, h), f(10, h), \
        f(11, h), f(12, h), f(13, h), f(14, h), f(15, h)
#endif

#if LANES > 1
#define LOWER(j, h) ((j) & ~(h))
#define UPPER(j, h) ((j) | (h))
#define SIGN(j, h) ((j) & (h) ? 0x80000000u : 0u)

// The stage of a distance h below LANES inside one vector: a - b is a + (-b), the same bits.
#define STAGE(x, h)                                                                                     \
    do {                                                                                                \
        const V lower = __builtin_shufflevector(x, x, EACH_LANE(LOWER, h));                             \
        const V upper = __builtin_shufflevector(x, x, EACH_LANE(UPPER, h));                             \
        const U sign = {EACH_LANE(SIGN, h)};                                                            \
        x = lower + value_of(bits_of(upper) ^ sign);                                                    \
    } while (0)

static inline V short_stages(V x)
{
    STAGE(x, 1);
    STAGE(x, 2);
    STAGE(x, 4);
#if LANES == 16
    STAGE(x, 8);
#endif
    return x;
}
#endif

static void walsh_hadamard_kernel(float *x, size_t count)
{
    size_t h = 1;
#if LANES > 1
    if (count >= LANES) {
        for (size_t i = 0; i < count; i += LANES) store(x + i, short_stages(load(x + i)));
        h = LANES;
    }
#endif
    for (; h < count; h *= 2)
        for (size_t i = 0; i < count; i += 2 * h) {
            size_t j = i;
            for (; j + LANES <= i + h; j += LANES) {
                const V a = load(x + j);
                const V b = load(x + j + h);
                store(x + j, a + b);
                store(x + j + h, a - b);
            }
            for (; j < i + h; j++) {
                const float a = x[j];
                const float b = x[j + h];
                x[j] = a + b;
                x[j + h] = a - b;
            }
        }
}
