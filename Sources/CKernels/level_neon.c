// Eight floats at a time, as two NEON registers; every arm64 processor has them.

#include "table.h"

#if defined(__aarch64__)
#define WIDTH 8
// 6 x 4 accumulators of four floats leave room for a row of weights and one input.
#define TILE_ROWS 6
#define TILE_PANELS 1
#include "lanes_wide.h"
#define TABLE zl_table_neon
#include "level.h"
#endif
