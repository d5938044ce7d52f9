// Sums over 16 lanes: lane j takes the elements i with i mod 16 = j, in increasing i; then a tree adds
// lanes j and j + 8, j and j + 4, j and j + 2, j and j + 1.

#pragma STDC FP_CONTRACT OFF

#define GROUPS (16 / LANES)

typedef struct {
    V group[GROUPS];
} Lanes;

static inline Lanes lanes_of(float value)
{
    Lanes lanes;
    for (int g = 0; g < GROUPS; g++) lanes.group[g] = (V)value;
    return lanes;
}

static inline float tree_sum(const float lane[16])
{
    float t[8];
    for (int j = 0; j < 8; j++) t[j] = lane[j] + lane[j + 8];
    for (int j = 0; j < 4; j++) t[j] = t[j] + t[j + 4];
    for (int j = 0; j < 2; j++) t[j] = t[j] + t[j + 2];
    return t[0] + t[1];
}

static inline float larger(float a, float b) { return a > b ? a : b; }

// Runs `vector_step` over whole blocks of 16 from element `i`, then `scalar_step` over the rest, on a lane
// array: a padded tail could turn a lane of -0 into +0.
#define REDUCE(start, count, vector_step, scalar_step)                                                  \
    float lane[16];                                                                                     \
    Lanes lanes = lanes_of(start);                                                                      \
    size_t i = 0;                                                                                       \
    for (; i + 16 <= (count); i += 16)                                                                  \
        for (int g = 0; g < GROUPS; g++) {                                                              \
            const size_t at = i + (size_t)(g * LANES);                                                  \
            V acc = lanes.group[g];                                                                     \
            vector_step;                                                                                \
            lanes.group[g] = acc;                                                                       \
        }                                                                                               \
    for (int g = 0; g < GROUPS; g++) store(lane + g * LANES, lanes.group[g]);                           \
    for (size_t j = 0; i + j < (count); j++) {                                                          \
        const size_t at = i + j;                                                                        \
        float acc = lane[j];                                                                            \
        scalar_step;                                                                                    \
        lane[j] = acc;                                                                                  \
    }

static float sum_kernel(const float *x, size_t count)
{
    REDUCE(0.0f, count, acc = acc + load(x + at), acc = acc + x[at])
    return tree_sum(lane);
}

static float dot_kernel(const float *x, const float *y, size_t count)
{
    REDUCE(
        0.0f, count, acc = fuse(load(x + at), load(y + at), acc),
        acc = __builtin_fmaf(x[at], y[at], acc))
    return tree_sum(lane);
}

// A NaN never compares larger, so it is passed over.
static float max_kernel(const float *x, size_t count)
{
    REDUCE(
        -__builtin_inff(), count, V value = load(x + at); acc = choose(value > acc, value, acc),
        acc = larger(x[at], acc))
    for (int j = 0; j < 8; j++) lane[j] = larger(lane[j], lane[j + 8]);
    for (int j = 0; j < 4; j++) lane[j] = larger(lane[j], lane[j + 4]);
    for (int j = 0; j < 2; j++) lane[j] = larger(lane[j], lane[j + 2]);
    return larger(lane[0], lane[1]);
}

static void axpy_kernel(float a, const float *x, float *y, size_t count)
{
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) store(y + i, fuse((V)a, load(x + i), load(y + i)));
    for (; i < count; i++) y[i] = __builtin_fmaf(a, x[i], y[i]);
}

// mean = sum / width; variance = sum of fma(d, d, lane) / width with d = x - mean;
// output = fma(d * (1 / sqrt(variance + epsilon)), weight, bias).
static void layer_norm_kernel(
    const float *input, size_t rows, size_t width, size_t input_stride, const float *weight,
    const float *bias, float epsilon, float *output, size_t output_stride)
{
    for (size_t row = 0; row < rows; row++) {
        const float *x = input + row * input_stride;
        float *y = output + row * output_stride;
        const float mean = sum_kernel(x, width) / (float)width;
        REDUCE(
            0.0f, width, V d = load(x + at) - (V)mean; acc = fuse(d, d, acc),
            const float d = x[at] - mean; acc = __builtin_fmaf(d, d, acc))
        const float variance = tree_sum(lane) / (float)width;
        const float inverse = 1.0f / __builtin_sqrtf(variance + epsilon);
        size_t c = 0;
        for (; c + LANES <= width; c += LANES) {
            V d = load(x + c) - (V)mean;
            store(y + c, fuse(d * (V)inverse, load(weight + c), load(bias + c)));
        }
        for (; c < width; c++)
            y[c] = __builtin_fmaf((x[c] - mean) * inverse, weight[c], bias[c]);
    }
}

// x = exp(x - shift), returning their sum.
static float exp_sum(float *x, float shift, size_t count)
{
    size_t c = 0;
    for (; c + LANES <= count; c += LANES) store(x + c, exp_lanes(load(x + c) - (V)shift));
    if (c < count) {
        float tail[LANES] = {0};
        __builtin_memcpy(tail, x + c, (count - c) * sizeof(float));
        store(tail, exp_lanes(load(tail) - (V)shift));
        __builtin_memcpy(x + c, tail, (count - c) * sizeof(float));
    }
    return sum_kernel(x, count);
}

static void softmax_kernel(float *x, size_t count)
{
    const float total = exp_sum(x, max_kernel(x, count), count);
    size_t c = 0;
    for (; c + LANES <= count; c += LANES) store(x + c, load(x + c) / (V)total);
    for (; c < count; c++) x[c] = x[c] / total;
}

// log(sum of exp(l - max)) - (l[label] - max). Blocks of 16 go through a copy, so nothing is allocated.
static float cross_entropy_kernel(const float *logits, size_t classes, size_t label)
{
    const float shift = max_kernel(logits, classes);
    float term[16];
    float lane[16] = {0};
    for (size_t i = 0; i < classes; i += 16) {
        const size_t n = classes - i < 16 ? classes - i : 16;
        for (size_t j = 0; j < 16; j++) term[j] = j < n ? logits[i + j] : shift;
        for (int g = 0; g < GROUPS; g++) {
            float *t = term + g * LANES;
            store(t, exp_lanes(load(t) - (V)shift));
        }
        for (size_t j = 0; j < n; j++) lane[j] = lane[j] + term[j];
    }
    const float total = tree_sum(lane);
    float logarithm[LANES] = {0};
    store(logarithm, log_lanes((V)total));
    return logarithm[0] - (logits[label] - shift);
}
