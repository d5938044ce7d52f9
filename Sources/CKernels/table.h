// The kernels of one level.

#ifndef ZL_TABLE_H
#define ZL_TABLE_H

#include "ckernels.h"

typedef struct {
    void (*gemm)(
        const float *, size_t, size_t, const float *, size_t, size_t, const float *, int, const float *,
        size_t, float *, size_t);
    void (*layer_norm)(
        const float *, size_t, size_t, size_t, const float *, const float *, float, float *, size_t);
    void (*attention)(
        const float *, size_t, size_t, const float *, const float *, size_t, size_t, const float *,
        const float *, size_t, size_t, size_t, size_t, float, bool, float *, size_t, float *);
    float (*sum)(const float *, size_t);
    float (*dot)(const float *, const float *, size_t);
    float (*max)(const float *, size_t);
    void (*axpy)(float, const float *, float *, size_t);
    void (*exp)(const float *, float *, size_t);
    void (*log)(const float *, float *, size_t);
    void (*erf)(const float *, float *, size_t);
    void (*activate)(int, const float *, float *, size_t);
    void (*softmax)(float *, size_t);
    float (*cross_entropy)(const float *, size_t, size_t);
    void (*walsh_hadamard)(float *, size_t);
} zl_table;

extern const zl_table zl_table_scalar;
#if defined(__x86_64__)
extern const zl_table zl_table_scalar_fma;
extern const zl_table zl_table_avx2;
extern const zl_table zl_table_avx512;
#endif
#if defined(__aarch64__)
extern const zl_table zl_table_neon;
#endif

#endif
