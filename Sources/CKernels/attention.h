// Attention over the joined list of prefix keys and own keys. A score is one chain over the head's
// columns, times the scale; an output is one chain over the visible keys in order.

#pragma STDC FP_CONTRACT OFF

// Key j of the joined list.
INLINE const float *joined(
    const float *prefix, size_t prefix_stride, size_t prefix_count, const float *own, size_t stride,
    size_t j)
{
    return j < prefix_count ? prefix + j * prefix_stride : own + (j - prefix_count) * stride;
}

static void attention_kernel(
    const float *q, size_t q_stride, size_t queries, const float *prefix_k, const float *prefix_v,
    size_t prefix_stride, size_t prefix_count, const float *k, const float *v, size_t kv_stride,
    size_t keys, size_t heads, size_t head_width, float scale, bool causal, float *output,
    size_t output_stride, float *scratch)
{
    const size_t total = prefix_count + keys;
    const size_t key_panels = (total + 15) / 16;
    const size_t value_panels = (head_width + 15) / 16;
    const size_t score_stride = key_panels * 16;
    float *packed_keys = scratch;                                      // [key panels][head width][16]
    float *packed_values = packed_keys + score_stride * head_width;    // [value panels][keys][16]
    float *scores = packed_values + value_panels * 16 * total;         // [TILE_ROWS][score stride]
    float acc[TILE_ROWS * 16];

    for (size_t h = 0; h < heads; h++) {
        const size_t first = h * head_width;
        for (size_t j = 0; j < score_stride; j++) {
            float *column = packed_keys + j / 16 * 16 * head_width + j % 16;
            if (j >= total) {
                for (size_t d = 0; d < head_width; d++) column[d * 16] = 0.0f;
                continue;
            }
            const float *key = joined(prefix_k, prefix_stride, prefix_count, k, kv_stride, j) + first;
            for (size_t d = 0; d < head_width; d++) column[d * 16] = key[d];
        }
        for (size_t j = 0; j < total; j++) {
            const float *value = joined(prefix_v, prefix_stride, prefix_count, v, kv_stride, j) + first;
            for (size_t p = 0; p < value_panels; p++) {
                const size_t n = head_width - p * 16 < 16 ? head_width - p * 16 : 16;
                float *panel = packed_values + (p * total + j) * 16;
                for (size_t d = 0; d < n; d++) panel[d] = value[p * 16 + d];
                for (size_t d = n; d < 16; d++) panel[d] = 0.0f;
            }
        }
        for (size_t query = 0; query < queries; query += TILE_ROWS) {
            const size_t rows = queries - query < TILE_ROWS ? queries - query : TILE_ROWS;
            // Keys that the first of these queries sees; under the mask each next one sees one more.
            const size_t seen = causal ? total - queries + query + 1 : total;
            for (size_t p = 0; p < key_panels; p++) {
                tile_of(
                    rows, 1, q + query * q_stride + first, q_stride, packed_keys + p * 16 * head_width, 0,
                    head_width, packed_keys, acc, false);
                for (size_t r = 0; r < rows; r++)
                    for (int g = 0; g < GROUPS; g++) {
                        const size_t at = (size_t)(g * LANES);
                        store(
                            scores + r * score_stride + p * 16 + at,
                            load(acc + r * 16 + at) * (V)scale);
                    }
            }
            for (size_t r = 0; r < rows; r++)
                softmax_kernel(scores + r * score_stride, causal ? seen + r : total);
            for (size_t p = 0; p < value_panels; p++) {
                const float *panel = packed_values + p * total * 16;
                tile_of(rows, 1, scores, score_stride, panel, 0, seen, panel, acc, false);
                for (size_t r = 1; causal && r < rows; r++)
                    tile_of(
                        rows - r, 1, scores + r * score_stride + seen + r - 1, score_stride,
                        panel + (seen + r - 1) * 16, 0, 1, panel, acc + r * 16, true);
                const size_t n = head_width - p * 16 < 16 ? head_width - p * 16 : 16;
                for (size_t r = 0; r < rows; r++)
                    __builtin_memcpy(
                        output + (query + r) * output_stride + first + p * 16, acc + r * 16,
                        n * sizeof(float));
            }
        }
    }
}
