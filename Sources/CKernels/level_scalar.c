// One float at a time, for any processor. Where fused multiply-add is no instruction, fmaf of the C library
// stands in; it is correctly rounded, hence the same.

#include "table.h"

#include "lanes_scalar.h"
#define TABLE zl_table_scalar
#include "level.h"
