// One float at a time: the types and operations that the kernels are written in.

#pragma STDC FP_CONTRACT OFF

#include <stddef.h>
#include <stdint.h>

typedef float V;
typedef int32_t I;
typedef uint32_t U;

#define LANES 1
#define TILE_ROWS 1
#define TILE_PANELS 1

static inline V load(const float *p) { return *p; }
static inline void store(float *p, V v) { *p = v; }
static inline V fuse(V a, V b, V c) { return __builtin_fmaf(a, b, c); }
static inline V choose(I mask, V a, V b) { return mask ? a : b; }
