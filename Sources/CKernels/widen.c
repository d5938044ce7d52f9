// Half and brain floats to float32 by integer arithmetic: exact, and the same on every processor.

#include "ckernels.h"

#include <string.h>

static uint32_t widened_half(uint32_t half)
{
    const uint32_t sign = (half & 0x8000u) << 16;
    const uint32_t exponent = (half >> 10) & 0x1fu;
    uint32_t fraction = half & 0x3ffu;
    if (exponent == 0x1f) return sign | 0x7f800000u | fraction << 13;
    if (exponent != 0) return sign | (exponent + 112) << 23 | fraction << 13;
    if (fraction == 0) return sign;
    // A denormal: shift its leading one to bit 10, one exponent step each.
    uint32_t shift = 0;
    while (!(fraction & 0x400u)) {
        fraction <<= 1;
        shift++;
    }
    return sign | (113 - shift) << 23 | (fraction & 0x3ffu) << 13;
}

void zl_widen_f16(const uint16_t *half, float *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t wide = widened_half(half[i]);
        memcpy(out + i, &wide, sizeof wide);
    }
}

void zl_widen_bf16(const uint16_t *brain, float *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t wide = (uint32_t)brain[i] << 16;
        memcpy(out + i, &wide, sizeof wide);
    }
}
