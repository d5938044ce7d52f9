// Matrix products on packed weights. Each output element is one chain acc = fma(a[k], b[k], acc) over
// increasing k from +0. Tiles only decide which chains run side by side.

#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))

// Chains of `rows` input rows with `panels` panels of 16 columns. `acc` holds [panels][rows][16] and is
// continued rather than started where `resume` is set. Panel p, depth k begins at b + p * panel + k * 16.
INLINE void tile(
    const int rows, const int panels, const float *a, size_t a_stride, const float *b, size_t panel,
    size_t depth, float *acc, const int resume)
{
    V c[TILE_ROWS * 2 * GROUPS];
    const int n = rows * panels * GROUPS;
#pragma clang loop unroll(full)
    for (int i = 0; i < n; i++) c[i] = resume ? load(acc + i * LANES) : (V)0.0f;
    for (size_t k = 0; k < depth; k++) {
#pragma clang loop unroll(full)
        for (int p = 0; p < panels; p++) {
            V w[GROUPS];
#pragma clang loop unroll(full)
            for (int g = 0; g < GROUPS; g++) w[g] = load(b + (size_t)p * panel + k * 16 + g * LANES);
#pragma clang loop unroll(full)
            for (int r = 0; r < rows; r++) {
                const V x = (V)a[(size_t)r * a_stride + k];
#pragma clang loop unroll(full)
                for (int g = 0; g < GROUPS; g++) {
                    const int i = (p * rows + r) * GROUPS + g;
                    c[i] = fuse(x, w[g], c[i]);
                }
            }
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < n; i++) store(acc + i * LANES, c[i]);
}

// One panel, up to TILE_ROWS rows.
static void tile_rows(
    size_t rows, const float *a, size_t a_stride, const float *b, size_t depth, float *acc, bool resume)
{
#define CASE(n)                                                                                         \
    case n:                                                                                             \
        if (resume) tile(n, 1, a, a_stride, b, 0, depth, acc, 1);                                       \
        else tile(n, 1, a, a_stride, b, 0, depth, acc, 0);                                              \
        break;
    switch (rows) {
        CASE(1)
#if TILE_ROWS == 6
        CASE(2)
        CASE(3)
        CASE(4)
        CASE(5)
        CASE(6)
#endif
    }
#undef CASE
}

typedef struct {
    const float *bias;
    int activation;
    const float *residual;
    size_t residual_stride;
    float *output;
    size_t output_stride;
    size_t outputs;
} Finish;

INLINE V activate_lanes(int activation, V x)
{
    switch (activation) {
    case ZL_ACTIVATION_QUICK_GELU: return quick_gelu_lanes(x);
    case ZL_ACTIVATION_GELU: return gelu_lanes(x);
    default: return x;
    }
}

// Adds bias, activation and residual to [rows][16] finished chains of the outputs from `column` on.
static void finish_tile(const Finish *f, const float *acc, size_t row, size_t rows, size_t column)
{
    const size_t n = f->outputs - column < 16 ? f->outputs - column : 16;
    float bias[16] = {0};
    if (f->bias) __builtin_memcpy(bias, f->bias + column, n * sizeof(float));
    for (size_t r = 0; r < rows; r++) {
        float *output = f->output + (row + r) * f->output_stride + column;
        const float *residual = NULL;
        if (f->residual) residual = f->residual + (row + r) * f->residual_stride + column;
        float padded[16] = {0};
        float *target = output;
        if (n < 16) {
            target = padded;
            if (residual) {
                __builtin_memcpy(padded, residual, n * sizeof(float));
                residual = padded;
            }
        }
        for (int g = 0; g < GROUPS; g++) {
            V v = load(acc + r * 16 + (size_t)(g * LANES));
            if (f->bias) v = v + load(bias + g * LANES);
            v = activate_lanes(f->activation, v);
            if (residual) v = v + load(residual + g * LANES);
            store(target + g * LANES, v);
        }
        if (n < 16) __builtin_memcpy(output, padded, n * sizeof(float));
    }
}

// `rows` input rows below TILE_ROWS against every panel; few rows take several panels at once, so that
// enough chains are in flight.
INLINE void strip(
    const int rows, const int panels, const float *a, size_t a_stride, const float *packed,
    size_t panel_count, size_t depth, const Finish *f, size_t row)
{
    float acc[TILE_ROWS * 2 * 16];
    size_t p = 0;
    for (; p + (size_t)panels <= panel_count; p += (size_t)panels) {
        tile(rows, panels, a, a_stride, packed + p * 16 * depth, 16 * depth, depth, acc, 0);
        for (int i = 0; i < panels; i++)
            finish_tile(f, acc + i * rows * 16, row, (size_t)rows, (p + (size_t)i) * 16);
    }
    for (; p < panel_count; p++) {
        tile(rows, 1, a, a_stride, packed + p * 16 * depth, 0, depth, acc, 0);
        finish_tile(f, acc, row, (size_t)rows, p * 16);
    }
}

static void gemm_kernel(
    const float *input, size_t input_stride, size_t rows, const float *packed, size_t outputs,
    size_t inputs, const float *bias, int activation, const float *residual, size_t residual_stride,
    float *output, size_t output_stride)
{
    const Finish f = {bias, activation, residual, residual_stride, output, output_stride, outputs};
    const size_t panel_count = (outputs + 15) / 16;
    // A block of rows should stay in the second-level cache while all panels pass by.
    size_t block = (512u * 1024u / sizeof(float)) / (inputs ? inputs : 1) / 6 * 6;
    if (block < 24) block = 24;
    if (block > 240) block = 240;
    const size_t whole = rows / TILE_ROWS * TILE_ROWS;
    for (size_t start = 0; start < whole; start += block) {
        const size_t end = whole - start < block ? whole : start + block;
        for (size_t p = 0; p < panel_count; p++)
            for (size_t r = start; r < end; r += TILE_ROWS) {
                float acc[TILE_ROWS * 16];
                tile(
                    TILE_ROWS, 1, input + r * input_stride, input_stride, packed + p * 16 * inputs, 0,
                    inputs, acc, 0);
                finish_tile(&f, acc, r, TILE_ROWS, p * 16);
            }
    }
#define CASE(n, panels)                                                                                 \
    case n:                                                                                             \
        strip(                                                                                          \
            n, panels, input + whole * input_stride, input_stride, packed, panel_count, inputs, &f,     \
            whole);                                                                                     \
        break;
    switch (rows - whole) {
#if TILE_ROWS == 6
        CASE(1, 4)
        CASE(2, 3)
        CASE(3, 1)
        CASE(4, 1)
        CASE(5, 1)
#endif
    }
#undef CASE
}
