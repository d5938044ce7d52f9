// Prints one digest a kernel and level: "kernel level digest", the level by its number in ckernels.h.
// Every machine and level must print the same digests. Takes the step through the 2^32 arguments of the
// elementary functions, 509 where none is given. Every buffer has its exact size, so that a sanitizer sees
// any access outside.

#include "ckernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_LEVELS 8

// SplitMix64.
static uint64_t state;

static uint64_t next_random(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static size_t below(size_t bound) { return (size_t)(next_random() % bound); }

// A float between -4 and 4, one in 64 of them a signed zero, a denormal or a number of another size.
static float next_float(void)
{
    const float value = (float)((int64_t)(next_random() >> 39) - (1 << 24)) * 0x1p-22f;
    switch (below(64 * 4)) {
    case 0: return -0.0f;
    case 1: return value * 0x1p-126f;
    case 2: return value * 0x1p12f;
    case 3: return value * 0x1p-20f;
    default: return value;
    }
}

static void *allocated(size_t bytes)
{
    void *memory = malloc(bytes ? bytes : 1);
    if (!memory) {
        fputs("out of memory\n", stderr);
        exit(2);
    }
    return memory;
}

static float *floats(size_t count)
{
    float *values = allocated(count * sizeof(float));
    for (size_t i = 0; i < count; i++) values[i] = next_float();
    return values;
}

// FNV-1a over the bits; the sign and payload of a NaN are not promised and left out.
static uint64_t digest;

static void take(const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, values + i, sizeof bits);
        if ((bits & 0x7fffffffu) > 0x7f800000u) bits = 0x7fc00000u;
        for (int shift = 0; shift < 32; shift += 8) {
            digest ^= bits >> shift & 0xffu;
            digest *= 0x100000001b3u;
        }
    }
}

static void take_one(float value) { take(&value, 1); }

// Sizes: every small one, then odd ones past each width of lanes and tile.
static const size_t sizes[] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  11,  13,  15,  16,  17,
                               23, 24, 31, 32, 33, 47, 48, 63, 64, 65, 100, 129, 255, 1000};
#define SIZES (sizeof sizes / sizeof *sizes)

static void gemm_of(size_t rows, size_t outputs, size_t inputs)
{
    const size_t input_stride = inputs + below(5);
    const size_t output_stride = outputs + below(5);
    const size_t residual_stride = outputs + below(5);
    const int activation = (int)below(3);
    const size_t how = below(3);  // no residual, an own one, the output
    float *weight = floats(outputs * inputs);
    float *packed = allocated(zl_packed_size(outputs, inputs) * sizeof(float));
    zl_pack(weight, outputs, inputs, packed);
    // The last row ends with its last column, and rows begin at odd addresses.
    const size_t shift = below(4);
    float *input = floats(shift + (rows - 1) * input_stride + inputs);
    float *residual = floats((rows - 1) * residual_stride + outputs);
    float *bias = below(3) ? floats(outputs) : NULL;
    const size_t output_count = (rows - 1) * output_stride + outputs;
    float *output = floats(shift + output_count);
    zl_gemm(
        input + shift, input_stride, rows, packed, outputs, inputs, bias, activation,
        how == 0 ? NULL : how == 1 ? residual : output + shift, how == 1 ? residual_stride : output_stride,
        output + shift, output_stride);
    take(output, shift + output_count);
    free(weight);
    free(packed);
    free(input);
    free(residual);
    free(bias);
    free(output);
}

static void gemm(void)
{
    for (size_t rows = 1; rows <= 26; rows++)
        for (int i = 0; i < 12; i++) gemm_of(rows, 1 + below(100), 1 + below(70));
    gemm_of(9, 512, 65);
    gemm_of(67, 33, 1537);
    gemm_of(251, 17, 600);
    gemm_of(500, 49, 31);
}

static void layer_norm(void)
{
    for (size_t s = 0; s < SIZES; s++) {
        const size_t width = sizes[s], rows = 1 + below(4), stride = width + below(4);
        const size_t count = (rows - 1) * stride + width;
        float *input = floats(count), *output = floats(count);
        float *weight = floats(width), *bias = floats(width);
        zl_layer_norm(input, rows, width, stride, weight, bias, 1e-5f, output, stride);
        take(output, count);
        zl_layer_norm(input, rows, width, stride, weight, bias, 1e-5f, input, stride);
        take(input, count);
        free(input);
        free(output);
        free(weight);
        free(bias);
    }
}

static void attention(void)
{
    for (int i = 0; i < 240; i++) {
        const bool causal = i & 1;
        const size_t heads = 1 + below(4), head_width = 1 + below(i % 3 ? 40 : 80);
        const size_t width = heads * head_width;
        const size_t prefix = i % 4 < 2 ? 0 : below(20);
        const size_t keys = 1 + below(i % 5 ? 24 : 90);
        const size_t queries = causal ? 1 + below(keys) : 1 + below(24);
        const size_t q_stride = width + below(5), kv_stride = width + below(5);
        const size_t prefix_stride = width + below(5), output_stride = width + below(5);
        float *q = floats((queries - 1) * q_stride + width);
        float *k = floats((keys - 1) * kv_stride + width), *v = floats((keys - 1) * kv_stride + width);
        const size_t prefix_floats = prefix ? (prefix - 1) * prefix_stride + width : 0;
        float *prefix_k = floats(prefix_floats), *prefix_v = floats(prefix_floats);
        const size_t count = (queries - 1) * output_stride + width;
        float *output = floats(count);
        float *scratch = allocated(zl_attention_scratch(prefix + keys, head_width) * sizeof(float));
        zl_attention(
            q, q_stride, queries, prefix ? prefix_k : NULL, prefix ? prefix_v : NULL, prefix_stride, prefix,
            k, v, kv_stride, keys, heads, head_width, 0.125f, causal, output, output_stride, scratch);
        take(output, count);
        free(q);
        free(k);
        free(v);
        free(prefix_k);
        free(prefix_v);
        free(output);
        free(scratch);
    }
}

// Sometimes with infinities and a NaN among the numbers.
static float *row_of(size_t count, int kind)
{
    float *x = floats(count);
    if (kind == 1) x[below(count)] = -__builtin_inff();
    if (kind == 2) x[below(count)] = __builtin_inff();
    if (kind == 3) x[below(count)] = __builtin_nanf("");
    if (kind == 4)
        for (size_t i = 0; i < count; i++) x[i] = below(2) ? 0.0f : -0.0f;
    return x;
}

#define KINDS 5

#define FOR_EACH_ROW(body)                                                                              \
    for (size_t s = 0; s < SIZES; s++)                                                                  \
        for (int kind = 0; kind < KINDS; kind++) {                                                      \
            const size_t n = sizes[s];                                                                  \
            float *x = row_of(n, kind);                                                                 \
            float *y = row_of(n, kind);                                                                 \
            body;                                                                                       \
            free(x);                                                                                    \
            free(y);                                                                                    \
        }

static void sum(void) { FOR_EACH_ROW(take_one(zl_sum(x, n))) }
static void dot(void) { FOR_EACH_ROW(take_one(zl_dot(x, y, n))) }
static void sum_squares(void) { FOR_EACH_ROW(take_one(zl_sum_squares(x, n))) }
static void max(void) { FOR_EACH_ROW(take_one(zl_max(x, n))) }
static void axpy(void) { FOR_EACH_ROW(zl_axpy(x[n / 2], x, y, n); take(y, n)) }
static void softmax(void) { FOR_EACH_ROW(zl_softmax(x, n); take(x, n)) }
static void cross_entropy(void) { FOR_EACH_ROW(take_one(zl_cross_entropy(x, n, below(n)))) }

static void walsh_hadamard(void)
{
    for (size_t n = 1; n <= 4096; n *= 2) {
        float *x = floats(n);
        zl_walsh_hadamard(x, n);
        take(x, n);
        free(x);
    }
}

static uint64_t step = 509;

// Arguments from all of the 2^32 bit patterns, in runs of odd length that end in a tail.
static void each_argument(void (*function)(const float *, float *, size_t))
{
    enum { run = 1021 };
    float *x = allocated(run * sizeof(float)), *y = allocated(run * sizeof(float));
    size_t n = 0;
    for (uint64_t bits = 0;; bits += step) {
        const bool done = bits >> 32;
        if (!done) {
            const uint32_t pattern = (uint32_t)bits;
            memcpy(x + n++, &pattern, sizeof pattern);
        }
        if (n == run || done) {
            function(x, y, n);
            take(y, n);
            n = 0;
        }
        if (done) break;
    }
    // In place and of every length.
    for (size_t s = 0; s < SIZES; s++) {
        float *z = floats(sizes[s]);
        function(z, z, sizes[s]);
        take(z, sizes[s]);
        free(z);
    }
    free(x);
    free(y);
}

static void activate_none(const float *x, float *y, size_t n) { zl_activate(ZL_ACTIVATION_NONE, x, y, n); }
static void activate_quick(const float *x, float *y, size_t n)
{
    zl_activate(ZL_ACTIVATION_QUICK_GELU, x, y, n);
}
static void activate_gelu(const float *x, float *y, size_t n) { zl_activate(ZL_ACTIVATION_GELU, x, y, n); }

static void exponential(void) { each_argument(zl_exp); }
static void logarithm(void) { each_argument(zl_log); }
static void error_function(void) { each_argument(zl_erf); }
static void no_activation(void) { each_argument(activate_none); }
static void quick_gelu(void) { each_argument(activate_quick); }
static void gelu(void) { each_argument(activate_gelu); }

static void widen(void (*function)(const uint16_t *, float *, size_t))
{
    uint16_t *narrow = allocated(65536 * sizeof(uint16_t));
    float *wide = allocated(65536 * sizeof(float));
    for (size_t i = 0; i < 65536; i++) narrow[i] = (uint16_t)i;
    function(narrow, wide, 65536);
    take(wide, 65536);
    free(narrow);
    free(wide);
}

static void widen_f16(void) { widen(zl_widen_f16); }
static void widen_bf16(void) { widen(zl_widen_bf16); }

static const struct {
    const char *name;
    void (*run)(void);
} kernels[] = {
    {"gemm", gemm},
    {"layer_norm", layer_norm},
    {"attention", attention},
    {"sum", sum},
    {"dot", dot},
    {"sum_squares", sum_squares},
    {"max", max},
    {"axpy", axpy},
    {"exp", exponential},
    {"log", logarithm},
    {"erf", error_function},
    {"activate_none", no_activation},
    {"quick_gelu", quick_gelu},
    {"gelu", gelu},
    {"softmax", softmax},
    {"cross_entropy", cross_entropy},
    {"walsh_hadamard", walsh_hadamard},
    {"widen_f16", widen_f16},
    {"widen_bf16", widen_bf16},
};

int main(int count, char **arguments)
{
    if (count > 1) step = strtoull(arguments[1], NULL, 10);
    if (step == 0) {
        fputs("expected a step of at least 1\n", stderr);
        return 2;
    }
    for (int level = 0; level < MOST_LEVELS; level++) {
        if (!zl_kernels_has_level(level)) continue;
        if (!zl_kernels_set_level(level)) return 2;
        for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++) {
            state = i;
            digest = 0xcbf29ce484222325u;
            kernels[i].run();
            printf("%s %d %016llx\n", kernels[i].name, level, (unsigned long long)digest);
        }
    }
    return 0;
}
