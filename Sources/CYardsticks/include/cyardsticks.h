// What the benchmarks measure against: the processor's multiply-add peak, and OpenBLAS where it is installed.

#ifndef ZL_CYARDSTICKS_H
#define ZL_CYARDSTICKS_H

#include <stdbool.h>
#include <stddef.h>

// Runs `rounds` times twelve independent chains of fused multiply-adds on vectors of that many float lanes
// (1, 4, 8 or 16) in registers, and returns the floating-point operations done; 0 where the processor lacks
// such vectors.
double zl_peak(int lanes, size_t rounds);

// Opens OpenBLAS by the name of its library. False where it is not installed.
bool zl_openblas_open(const char *library);

// The kernels that OpenBLAS chose for this processor, or an empty string.
const char *zl_openblas_kernels(void);

void zl_openblas_set_threads(int threads);

// output[m][n] = input[m][k] · weight[k][n], all row-major.
void zl_openblas_product(
    int m, int n, int k, const float *input, const float *weight, float *output);

#endif
