// The float kernels. The summation rules in README.md are part of this interface.

#ifndef ZL_CKERNELS_H
#define ZL_CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The instruction set in use. Every level gives the same bits.
enum {
    ZL_LEVEL_SCALAR = 0,
    ZL_LEVEL_AVX2 = 1,
    ZL_LEVEL_NEON = 2,
    ZL_LEVEL_AVX512 = 3,
    ZL_LEVELS = 4,
};

// The activation after a matrix product.
enum {
    ZL_ACTIVATION_NONE = 0,
    ZL_ACTIVATION_QUICK_GELU = 1,
    ZL_ACTIVATION_GELU = 2,
};

// The level in use. Before any choice it is the best one of this machine, or the one named by the
// environment variable ZIPLAB_KERNELS (scalar, avx2, neon, avx512) where that is available.
int zl_kernels_level(void);

// Whether this machine has a level.
bool zl_kernels_has_level(int level);

// Switches every thread to a level. False, with nothing changed, where the machine lacks it.
bool zl_kernels_set_level(int level);

// Floats that `zl_pack` writes: outputs rounded up to panels of 16, times inputs.
size_t zl_packed_size(size_t outputs, size_t inputs);

// Packs a row-major [outputs, inputs] matrix into panels of 16 outputs, each k-major:
// packed[(o / 16) * 16 * inputs + k * 16 + o % 16] = weight[o * inputs + k]. Missing outputs are zero.
void zl_pack(const float *weight, size_t outputs, size_t inputs, float *packed);

// output[r][o] = activation(sum over k of input[r][k] * weight[o][k] + bias[o]) + residual[r][o].
// Strides count floats from row to row. `bias` and `residual` may be NULL; `residual` may be `output`.
void zl_gemm(
    const float *input, size_t input_stride, size_t rows, const float *packed, size_t outputs,
    size_t inputs, const float *bias, int activation, const float *residual, size_t residual_stride,
    float *output, size_t output_stride);

// output = (input - mean) / sqrt(variance + epsilon) * weight + bias, row by row. May work in place.
void zl_layer_norm(
    const float *input, size_t rows, size_t width, size_t input_stride, const float *weight,
    const float *bias, float epsilon, float *output, size_t output_stride);

// Floats of scratch for `zl_attention` over `keys` keys in all (prefix and own).
size_t zl_attention_scratch(size_t keys, size_t head_width);

// Multi-head attention over a prefix's keys and then own keys. Head h takes columns
// h * head_width ..< (h + 1) * head_width of every row. With `causal`, query i stands at own position
// keys - queries + i (so keys >= queries) and sees the prefix and the own keys up to itself.
void zl_attention(
    const float *q, size_t q_stride, size_t queries, const float *prefix_k, const float *prefix_v,
    size_t prefix_stride, size_t prefix_count, const float *k, const float *v, size_t kv_stride,
    size_t keys, size_t heads, size_t head_width, float scale, bool causal, float *output,
    size_t output_stride, float *scratch);

// Reductions over 16 lanes.
float zl_sum(const float *x, size_t count);
float zl_dot(const float *x, const float *y, size_t count);
float zl_sum_squares(const float *x, size_t count);
float zl_max(const float *x, size_t count);

// y[i] = fma(a, x[i], y[i]).
void zl_axpy(float a, const float *x, float *y, size_t count);

// Elementary functions, element by element. May work in place.
void zl_exp(const float *x, float *y, size_t count);
void zl_log(const float *x, float *y, size_t count);
void zl_erf(const float *x, float *y, size_t count);
void zl_activate(int activation, const float *x, float *y, size_t count);

// In-place softmax of one row.
void zl_softmax(float *x, size_t count);

// -log softmax(logits)[label] of one row.
float zl_cross_entropy(const float *logits, size_t classes, size_t label);

// In-place unnormalised Walsh-Hadamard transform; count is a power of two.
void zl_walsh_hadamard(float *x, size_t count);

// Exact widening by integer arithmetic, denormals, infinities and NaN included.
void zl_widen_f16(const uint16_t *half, float *out, size_t count);
void zl_widen_bf16(const uint16_t *brain, float *out, size_t count);

#endif
