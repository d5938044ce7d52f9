// All kernels in the lanes chosen by the including file, as the table TABLE.

#pragma STDC FP_CONTRACT OFF

#include "elementary.h"
#include "reductions.h"
#include "product.h"
#include "attention.h"
#include "hadamard.h"

const zl_table TABLE = {
    .gemm = gemm_kernel,
    .layer_norm = layer_norm_kernel,
    .attention = attention_kernel,
    .sum = sum_kernel,
    .dot = dot_kernel,
    .max = max_kernel,
    .axpy = axpy_kernel,
    .exp = exp_kernel,
    .log = log_kernel,
    .erf = erf_kernel,
    .activate = activate_kernel,
    .softmax = softmax_kernel,
    .cross_entropy = cross_entropy_kernel,
    .walsh_hadamard = walsh_hadamard_kernel,
};
