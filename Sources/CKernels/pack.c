// Weight packing: copies only, so one version serves every level.

#include "ckernels.h"

size_t zl_packed_size(size_t outputs, size_t inputs) { return (outputs + 15) / 16 * 16 * inputs; }

void zl_pack(const float *weight, size_t outputs, size_t inputs, float *packed)
{
    for (size_t first = 0; first < outputs; first += 16) {
        const size_t n = outputs - first < 16 ? outputs - first : 16;
        float *panel = packed + first * inputs;
        for (size_t k = 0; k < inputs; k++) {
            for (size_t j = 0; j < n; j++) panel[k * 16 + j] = weight[(first + j) * inputs + k];
            for (size_t j = n; j < 16; j++) panel[k * 16 + j] = 0.0f;
        }
    }
}
