// Matrix products on packed weights. Each output element is one chain acc = fma(a[k], b[k], acc) over
// increasing k from +0. Tiles only decide which chains run side by side.

#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))

// Chains of `rows` input rows with `panels` panels of 16 columns. `acc` holds [panels][rows][16] and is
// continued rather than started where `resume` is set. Panel p, depth k begins at b + p * panel + k * 16.
// Beside them, `depth` lines from `ahead` on are asked for.
INLINE void tile(
    const int rows, const int panels, const float *a, size_t a_stride, const float *b, size_t panel,
    size_t depth, const float *ahead, float *acc, const int resume)
{
    V c[TILE_ROWS * TILE_PANELS * GROUPS];
    const int n = rows * panels * GROUPS;
#pragma clang loop unroll(full)
    for (int i = 0; i < n; i++) c[i] = resume ? load(acc + i * LANES) : (V)0.0f;
    for (size_t k = 0; k < depth; k++) {
        __builtin_prefetch(ahead + k * 16, 0, 2);
        V w[LANES == 1 ? GROUPS : 8];
#pragma clang loop unroll(full)
        for (int p = 0; p < panels; p++)
#pragma clang loop unroll(full)
            for (int g = 0; g < GROUPS; g++)
                w[p * GROUPS + g] = load(b + (size_t)p * panel + k * 16 + g * LANES);
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            const V x = (V)a[(size_t)r * a_stride + k];
#pragma clang loop unroll(full)
            for (int p = 0; p < panels; p++)
#pragma clang loop unroll(full)
                for (int g = 0; g < GROUPS; g++) {
                    const int i = (p * rows + r) * GROUPS + g;
                    c[i] = fuse(x, w[p * GROUPS + g], c[i]);
                }
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < n; i++) store(acc + i * LANES, c[i]);
}

// One to TILE_PANELS panels, one to TILE_ROWS rows.
static void tile_of(
    size_t rows, size_t panels, const float *a, size_t a_stride, const float *b, size_t panel, size_t depth,
    const float *ahead, float *acc, bool resume)
{
#define CASE(r, p)                                                                                      \
    case (r) * 4 + (p):                                                                                 \
        if (resume) tile(r, p, a, a_stride, b, panel, depth, ahead, acc, 1);                            \
        else tile(r, p, a, a_stride, b, panel, depth, ahead, acc, 0);                                   \
        break;
#if TILE_PANELS == 3
#define ROW(r) CASE(r, 1) CASE(r, 2) CASE(r, 3)
#else
#define ROW(r) CASE(r, 1)
#endif
    switch (rows * 4 + panels) {
        ROW(1)
#if TILE_ROWS >= 6
        ROW(2)
        ROW(3)
        ROW(4)
        ROW(5)
        ROW(6)
#endif
#if TILE_ROWS >= 9
        ROW(7)
        ROW(8)
        ROW(9)
#endif
    }
#undef ROW
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

// Adds bias, activation and residual to a panel's [rows][16] finished chains.
INLINE void finish_rows(
    const int activation, const float *acc, const float bias[16], bool biased, const float *residual,
    size_t residual_stride, float *output, size_t output_stride, size_t rows)
{
    V offset[GROUPS];
    for (int g = 0; g < GROUPS; g++) offset[g] = load(bias + g * LANES);
    for (size_t r = 0; r < rows; r++)
        for (int g = 0; g < GROUPS; g++) {
            V v = load(acc + r * 16 + (size_t)(g * LANES));
            if (biased) v = v + offset[g];
            v = activate_lanes(activation, v);
            if (residual) v = v + load(residual + r * residual_stride + (size_t)(g * LANES));
            store(output + r * output_stride + (size_t)(g * LANES), v);
        }
}

// The rows' finished chains of the outputs from `column` on, at most 16.
static void finish_tile(const Finish *f, const float *acc, size_t row, size_t rows, size_t column)
{
    const size_t n = f->outputs - column < 16 ? f->outputs - column : 16;
    const float *residual = NULL;
    if (f->residual) residual = f->residual + row * f->residual_stride + column;
    float *output = f->output + row * f->output_stride + column;
    size_t residual_stride = f->residual_stride;
    size_t output_stride = f->output_stride;
    float bias[16] = {0};
    float padded[TILE_ROWS * 16] = {0};
    if (f->bias) __builtin_memcpy(bias, f->bias + column, n * sizeof(float));
    if (n < 16) {
        // The missing outputs are no memory of the caller's.
        for (size_t r = 0; residual && r < rows; r++)
            __builtin_memcpy(padded + r * 16, residual + r * residual_stride, n * sizeof(float));
        if (residual) residual = padded;
        output = padded;
        residual_stride = output_stride = 16;
    }
#define CASE(a) finish_rows(a, acc, bias, f->bias, residual, residual_stride, output, output_stride, rows)
    switch (f->activation) {
    case ZL_ACTIVATION_QUICK_GELU: CASE(ZL_ACTIVATION_QUICK_GELU); break;
    case ZL_ACTIVATION_GELU: CASE(ZL_ACTIVATION_GELU); break;
    default: CASE(ZL_ACTIVATION_NONE);
    }
#undef CASE
    for (size_t r = 0; n < 16 && r < rows; r++)
        __builtin_memcpy(
            f->output + (row + r) * f->output_stride + column, padded + r * 16, n * sizeof(float));
}

// Asks for the lines that a tile will write, so that they arrive while it is computed.
INLINE void fetch_outputs(const Finish *f, size_t row, size_t rows, size_t column, size_t panels)
{
    for (size_t r = row; r < row + rows; r++)
        for (size_t p = 0; p < panels; p++)
            __builtin_prefetch(f->output + r * f->output_stride + column + p * 16, 1, 3);
}

// Asks for the first lines of a tile: its streams begin too suddenly for the processor to foresee them.
INLINE void fetch_start(const float *a, size_t a_stride, size_t rows, const float *b, size_t panel)
{
    for (size_t r = 0; r < rows; r++) __builtin_prefetch(a + r * a_stride, 0, 3);
    for (int p = 0; p < TILE_PANELS; p++)
        for (int line = 0; line < 4; line++) __builtin_prefetch(b + (size_t)p * panel + line * 16, 0, 3);
}

// One or two input rows against every panel, FEW_CHAINS / rows panels at once, so that enough chains are in
// flight to hide the latency of a multiply-add.
#define FEW_CHAINS 8
INLINE void few_rows(
    const int rows, const float *a, size_t a_stride, const float *packed, size_t panel_count, size_t depth,
    const Finish *f)
{
    const int panels = FEW_CHAINS / (rows * GROUPS) > 1 ? FEW_CHAINS / (rows * GROUPS) : 1;
    float acc[FEW_CHAINS * 16];
    size_t p = 0;
    for (; p + (size_t)panels <= panel_count; p += (size_t)panels) {
        const float *b = packed + p * 16 * depth;
        tile(rows, panels, a, a_stride, b, 16 * depth, depth, b, acc, 0);
        for (int i = 0; i < panels; i++)
            finish_tile(f, acc + i * rows * 16, 0, (size_t)rows, (p + (size_t)i) * 16);
    }
    for (; p < panel_count; p++) {
        const float *b = packed + p * 16 * depth;
        tile(rows, 1, a, a_stride, b, 0, depth, b, acc, 0);
        finish_tile(f, acc, 0, (size_t)rows, p * 16);
    }
}

// Most rows of a block, and the depth after which partial chains are set aside so that the panels' part stays
// in the second-level cache beside them.
#define BLOCK_ROWS (24 * TILE_ROWS)
#define DEPTH_STEP 1024

static void gemm_kernel(
    const float *input, size_t input_stride, size_t rows, const float *packed, size_t outputs,
    size_t inputs, const float *bias, int activation, const float *residual, size_t residual_stride,
    float *output, size_t output_stride)
{
    const Finish f = {bias, activation, residual, residual_stride, output, output_stride, outputs};
    const size_t panel_count = (outputs + 15) / 16;
    const size_t panel = 16 * inputs;
    if (LANES > 1 && rows == 1) {
        few_rows(1, input, input_stride, packed, panel_count, inputs, &f);
        return;
    }
    if (LANES > 1 && rows == 2) {
        few_rows(2, input, input_stride, packed, panel_count, inputs, &f);
        return;
    }
    // A block of rows should stay in the second-level cache while all panels pass by. Blocks are of whole
    // tiles but for the last one, whose tiles differ by at most one row.
    size_t block = (256u * 1024u / sizeof(float)) / (inputs ? inputs : 1) / TILE_ROWS * TILE_ROWS;
    if (block < 4 * TILE_ROWS) block = 4 * TILE_ROWS;
    if (block > BLOCK_ROWS) block = BLOCK_ROWS;
    const size_t blocks = (rows + block - 1) / block;
    if (blocks) block = ((rows + blocks - 1) / blocks + TILE_ROWS - 1) / TILE_ROWS * TILE_ROWS;
    float acc[BLOCK_ROWS * TILE_PANELS * 16];
    for (size_t start = 0; start < rows; start += block) {
        const size_t count = rows - start < block ? rows - start : block;
        const size_t tiles = (count + TILE_ROWS - 1) / TILE_ROWS;
        for (size_t p = 0; p < panel_count; p += TILE_PANELS) {
            const size_t panels = panel_count - p < TILE_PANELS ? panel_count - p : TILE_PANELS;
            const float *weights = packed + p * panel;
            size_t k = 0;
            do {
                const size_t depth = inputs - k < DEPTH_STEP ? inputs - k : DEPTH_STEP;
                for (size_t t = 0; t < tiles; t++) {
                    const size_t first = count * t / tiles;
                    const size_t height = count * (t + 1) / tiles - first;
                    float *chains = acc + first * TILE_PANELS * 16;
                    // The first tiles fetch the panels that come next into the second-level cache.
                    const size_t next = p + TILE_PANELS < panel_count ? p + TILE_PANELS + t : t;
                    const float *ahead = weights + k * 16;
                    if (t < TILE_PANELS && next < panel_count) ahead = packed + next * panel + k * 16;
                    if (k + depth == inputs) fetch_outputs(&f, start + first, height, p * 16, panels);
                    tile_of(
                        height, panels, input + (start + first) * input_stride + k, input_stride,
                        weights + k * 16, panel, depth, ahead, chains, k > 0);
                    const size_t after = start + first + height;
                    fetch_start(
                        input + after * input_stride + k, input_stride,
                        rows - after < TILE_ROWS ? rows - after : TILE_ROWS, weights + k * 16, panel);
                    if (k + depth == inputs)
                        for (size_t j = 0; j < panels; j++)
                            finish_tile(&f, chains + j * height * 16, start + first, height, (p + j) * 16);
                }
                k += depth;
            } while (k < inputs);
        }
    }
}
