// Eight floats at a time, as two NEON registers; every arm64 processor has them.

#include "table.h"

#if defined(__aarch64__)
#include "lanes_wide.h"
#define TABLE zl_table_neon
#include "level.h"
#endif
