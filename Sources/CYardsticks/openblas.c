// OpenBLAS, opened when the program runs, so that nothing is linked to it.

#include "cyardsticks.h"

#include <dlfcn.h>
#include <stdio.h>

typedef void (*Product)(
    int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a, int lda,
    const float *b, int ldb, float beta, float *c, int ldc);

static Product product;
static void (*set_threads)(int);
static const char *(*kernels)(void);

// Some builds put a prefix before every name.
static void *symbol(void *library, const char *name)
{
    static const char *const prefixes[] = {"", "scipy_"};
    for (int i = 0; i < 2; i++) {
        char full[64];
        snprintf(full, sizeof full, "%s%s", prefixes[i], name);
        void *found = dlsym(library, full);
        if (found) return found;
    }
    return NULL;
}

bool zl_openblas_open(const char *name)
{
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library) return false;
    product = (Product)symbol(library, "cblas_sgemm");
    set_threads = (void (*)(int))symbol(library, "openblas_set_num_threads");
    kernels = (const char *(*)(void))symbol(library, "openblas_get_corename");
    return product && set_threads;
}

const char *zl_openblas_kernels(void) { return kernels ? kernels() : ""; }

void zl_openblas_set_threads(int threads) { set_threads(threads); }

void zl_openblas_product(int m, int n, int k, const float *input, const float *weight, float *output)
{
    const int row_major = 101, as_it_is = 111;
    product(row_major, as_it_is, as_it_is, m, n, k, 1.0f, input, k, weight, n, 0.0f, output, n);
}
