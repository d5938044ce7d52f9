// Sixteen floats at a time, on x86-64 processors with AVX-512.

#include "table.h"

#if defined(__x86_64__)
#include <stddef.h>
#include <stdint.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), \
                             apply_to = function)
#define WIDTH 16
// 9 x 3 accumulators leave room for three rows of weights and one input.
#define TILE_ROWS 9
#define TILE_PANELS 3
#include "lanes_wide.h"
#define TABLE zl_table_avx512
#include "level.h"
#pragma clang attribute pop
#endif
