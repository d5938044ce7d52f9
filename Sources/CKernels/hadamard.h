// The unnormalised Walsh-Hadamard transform: for h = 1, 2, 4, ... each pair (a, b) at distance h becomes
// (a + b, a - b).

#pragma STDC FP_CONTRACT OFF

#if LANES == 8
// The three stages inside a group of eight: a - b is a + (-b), the same bits.
static inline V short_stages(V x)
{
    const U odd = {0, 1, 0, 1, 0, 1, 0, 1};
    const U pairs = {0, 0, 1, 1, 0, 0, 1, 1};
    const U halves = {0, 0, 0, 0, 1, 1, 1, 1};
    V a = __builtin_shufflevector(x, x, 0, 0, 2, 2, 4, 4, 6, 6);
    V b = __builtin_shufflevector(x, x, 1, 1, 3, 3, 5, 5, 7, 7);
    x = a + value_of(bits_of(b) ^ (odd << 31));
    a = __builtin_shufflevector(x, x, 0, 1, 0, 1, 4, 5, 4, 5);
    b = __builtin_shufflevector(x, x, 2, 3, 2, 3, 6, 7, 6, 7);
    x = a + value_of(bits_of(b) ^ (pairs << 31));
    a = __builtin_shufflevector(x, x, 0, 1, 2, 3, 0, 1, 2, 3);
    b = __builtin_shufflevector(x, x, 4, 5, 6, 7, 4, 5, 6, 7);
    return a + value_of(bits_of(b) ^ (halves << 31));
}
#endif

static void walsh_hadamard_kernel(float *x, size_t count)
{
    size_t h = 1;
#if LANES == 8
    if (count >= 8) {
        for (size_t i = 0; i < count; i += 8) store(x + i, short_stages(load(x + i)));
        h = 8;
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
