// Eight floats at a time, on x86-64 processors with AVX2 and fused multiply-add.

#include "table.h"

#if defined(__x86_64__)
#include <stddef.h>
#include <stdint.h>
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define WIDTH 8
// 6 x 2 accumulators leave room for a row of weights and one input.
#define TILE_ROWS 6
#define TILE_PANELS 1
#include "lanes_wide.h"
#define TABLE zl_table_avx2
#include "level.h"
#pragma clang attribute pop
#endif
