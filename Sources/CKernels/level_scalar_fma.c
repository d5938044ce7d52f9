// One float at a time, on x86-64 processors with fused multiply-add.

#include "table.h"

#if defined(__x86_64__)
#include <stddef.h>
#include <stdint.h>
#pragma clang attribute push(__attribute__((target("fma"))), apply_to = function)
#include "lanes_scalar.h"
#define TABLE zl_table_scalar_fma
#include "level.h"
#pragma clang attribute pop
#endif
