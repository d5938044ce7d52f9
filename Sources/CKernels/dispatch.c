// Chooses a level at run time and forwards to its kernels.

#pragma STDC FP_CONTRACT OFF

#include "table.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const zl_table *table_of(int level)
{
    switch (level) {
#if defined(__x86_64__)
    case ZL_LEVEL_SCALAR: return __builtin_cpu_supports("fma") ? &zl_table_scalar_fma : &zl_table_scalar;
    case ZL_LEVEL_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &zl_table_avx2 : NULL;
    case ZL_LEVEL_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
                && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")
            ? &zl_table_avx512
            : NULL;
#else
    case ZL_LEVEL_SCALAR: return &zl_table_scalar;
#endif
#if defined(__aarch64__)
    case ZL_LEVEL_NEON: return &zl_table_neon;
#endif
    default: return NULL;
    }
}

static const char *const level_names[] = {"scalar", "avx2", "neon", "avx512"};
static _Atomic(int) chosen = -1;
static _Atomic(const zl_table *) current = NULL;

static int first_level(void)
{
    const char *wanted = getenv("ZIPLAB_KERNELS");
    for (int level = ZL_LEVEL_SCALAR; wanted && level < ZL_LEVELS; level++)
        if (strcmp(wanted, level_names[level]) == 0 && table_of(level)) return level;
    if (table_of(ZL_LEVEL_AVX512)) return ZL_LEVEL_AVX512;
    if (table_of(ZL_LEVEL_AVX2)) return ZL_LEVEL_AVX2;
    if (table_of(ZL_LEVEL_NEON)) return ZL_LEVEL_NEON;
    return ZL_LEVEL_SCALAR;
}

// Two threads here at once choose the same level.
static const zl_table *table(void)
{
    const zl_table *t = atomic_load_explicit(&current, memory_order_acquire);
    if (!t) {
        zl_kernels_set_level(first_level());
        t = atomic_load_explicit(&current, memory_order_acquire);
    }
    return t;
}

int zl_kernels_level(void)
{
    table();
    return atomic_load(&chosen);
}

bool zl_kernels_has_level(int level) { return table_of(level) != NULL; }

bool zl_kernels_set_level(int level)
{
    const zl_table *t = table_of(level);
    if (!t) return false;
    atomic_store(&chosen, level);
    atomic_store_explicit(&current, t, memory_order_release);
    return true;
}

void zl_gemm(
    const float *input, size_t input_stride, size_t rows, const float *packed, size_t outputs,
    size_t inputs, const float *bias, int activation, const float *residual, size_t residual_stride,
    float *output, size_t output_stride)
{
    table()->gemm(
        input, input_stride, rows, packed, outputs, inputs, bias, activation, residual, residual_stride,
        output, output_stride);
}

void zl_layer_norm(
    const float *input, size_t rows, size_t width, size_t input_stride, const float *weight,
    const float *bias, float epsilon, float *output, size_t output_stride)
{
    table()->layer_norm(input, rows, width, input_stride, weight, bias, epsilon, output, output_stride);
}

size_t zl_attention_scratch(size_t keys, size_t head_width)
{
    const size_t padded_keys = (keys + 15) / 16 * 16;
    const size_t padded_width = (head_width + 15) / 16 * 16;
    return padded_keys * head_width + keys * padded_width + 9 * padded_keys;
}

void zl_attention(
    const float *q, size_t q_stride, size_t queries, const float *prefix_k, const float *prefix_v,
    size_t prefix_stride, size_t prefix_count, const float *k, const float *v, size_t kv_stride,
    size_t keys, size_t heads, size_t head_width, float scale, bool causal, float *output,
    size_t output_stride, float *scratch)
{
    table()->attention(
        q, q_stride, queries, prefix_k, prefix_v, prefix_stride, prefix_count, k, v, kv_stride, keys,
        heads, head_width, scale, causal, output, output_stride, scratch);
}

float zl_sum(const float *x, size_t count) { return table()->sum(x, count); }
float zl_dot(const float *x, const float *y, size_t count) { return table()->dot(x, y, count); }
float zl_sum_squares(const float *x, size_t count) { return table()->dot(x, x, count); }
float zl_max(const float *x, size_t count) { return table()->max(x, count); }
void zl_axpy(float a, const float *x, float *y, size_t count) { table()->axpy(a, x, y, count); }
void zl_exp(const float *x, float *y, size_t count) { table()->exp(x, y, count); }
void zl_log(const float *x, float *y, size_t count) { table()->log(x, y, count); }
void zl_erf(const float *x, float *y, size_t count) { table()->erf(x, y, count); }
void zl_softmax(float *x, size_t count) { table()->softmax(x, count); }
void zl_walsh_hadamard(float *x, size_t count) { table()->walsh_hadamard(x, count); }

void zl_activate(int activation, const float *x, float *y, size_t count)
{
    table()->activate(activation, x, y, count);
}

float zl_cross_entropy(const float *logits, size_t classes, size_t label)
{
    return table()->cross_entropy(logits, classes, label);
}
