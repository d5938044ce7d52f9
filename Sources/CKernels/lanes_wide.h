// WIDTH floats at a time, in the compiler's vector types: eight (one AVX register or two NEON registers) or
// sixteen (one AVX-512 register). Each operation is that of lanes_scalar.h in every lane, so all give the
// same bits.

#pragma STDC FP_CONTRACT OFF

#include <stddef.h>
#include <stdint.h>

typedef float V __attribute__((ext_vector_type(WIDTH)));
typedef int32_t I __attribute__((ext_vector_type(WIDTH)));
typedef uint32_t U __attribute__((ext_vector_type(WIDTH)));

#define LANES WIDTH

typedef float Unaligned __attribute__((ext_vector_type(WIDTH), aligned(4)));

static inline V load(const float *p) { return *(const Unaligned *)p; }
static inline void store(float *p, V v) { *(Unaligned *)p = v; }
static inline V fuse(V a, V b, V c) { return __builtin_elementwise_fma(a, b, c); }
static inline V choose(I mask, V a, V b) { return mask ? a : b; }
