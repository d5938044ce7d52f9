// The peak of the multiply-add units: chains that never leave the registers.

#include "cyardsticks.h"

#include <string.h>

#define CHAINS 12

static volatile float sink;

#define PEAK(name, lanes)                                                                               \
    static double name(size_t rounds)                                                                   \
    {                                                                                                   \
        typedef float V __attribute__((ext_vector_type(lanes)));                                        \
        V c[CHAINS];                                                                                    \
        for (int i = 0; i < CHAINS; i++) c[i] = (V)(float)i;                                            \
        const V x = (V)0.999f, y = (V)0.001f;                                                           \
        for (size_t r = 0; r < rounds; r++)                                                             \
            _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; i++)                         \
                c[i] = __builtin_elementwise_fma(c[i], x, y);                                           \
        float first[CHAINS];                                                                            \
        for (int i = 0; i < CHAINS; i++) memcpy(first + i, c + i, sizeof(float));                       \
        for (int i = 0; i < CHAINS; i++) sink = first[i];                                               \
        return 2.0 * lanes * CHAINS * (double)rounds;                                                   \
    }

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
PEAK(peak16, 16)
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
PEAK(peak8, 8)
PEAK(peak1, 1)
#pragma clang attribute pop
#elif defined(__aarch64__)
PEAK(peak4, 4)
PEAK(peak1, 1)
#endif

double zl_peak(int lanes, size_t rounds)
{
#if defined(__x86_64__)
    const bool fma = __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2");
    if (lanes == 16 && __builtin_cpu_supports("avx512f")) return peak16(rounds);
    if (lanes == 8 && fma) return peak8(rounds);
    if (lanes == 1 && fma) return peak1(rounds);
#elif defined(__aarch64__)
    if (lanes == 4) return peak4(rounds);
    if (lanes == 1) return peak1(rounds);
#endif
    (void)rounds;
    return 0;
}
