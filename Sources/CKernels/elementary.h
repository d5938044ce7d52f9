// exp, log, erf and the activations on lanes. Polynomials are minimax fits (Remez), evaluated by
// Horner's rule with fused steps. README.md lists the measured errors.

#pragma STDC FP_CONTRACT OFF

static inline U bits_of(V v)
{
    U u;
    __builtin_memcpy(&u, &v, sizeof u);
    return u;
}

static inline V value_of(U u)
{
    V v;
    __builtin_memcpy(&v, &u, sizeof v);
    return v;
}

// 2^n for -126 <= n <= 127.
static inline V power_of_two(I n) { return value_of(((U)n + (U)127u) << 23); }

// e^x = 2^n e^r with |r| <= log(2) / 2. The power is applied in two halves, so that results overflow to
// infinity and underflow through the denormals with one rounding.
static inline V exp_lanes(V x)
{
    const V magic = (V)12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer in the low bits
    V c = choose(x > (V)89.0f, (V)89.0f, x);
    c = choose(c < (V)-104.0f, (V)-104.0f, c);
    V shifted = fuse(c, (V)0x1.715476p+0f, magic);
    V whole = shifted - magic;
    I n = (I)(bits_of(shifted) - bits_of(magic));
    V r = fuse(whole, (V)-0x1.62e4p-1f, c);
    r = fuse(whole, (V)-0x1.7f7d1cp-20f, r);
    V p = (V)0x1.6a215ap-10f;
    p = fuse(p, r, (V)0x1.123b9ap-7f);
    p = fuse(p, r, (V)0x1.5558fcp-5f);
    p = fuse(p, r, (V)0x1.55549p-3f);
    p = fuse(p, r, (V)0x1.fffffcp-2f);
    p = fuse(p * r, r, r);
    p = p + (V)1.0f;
    I half = n >> 1;
    return p * power_of_two(half) * power_of_two(n - half);
}

// log(x) = e log(2) + log(1 + f), 1 + f in [sqrt(1/2), sqrt(2)).
// Negative gives NaN, zero gives -infinity, denormals are exact inputs.
static inline V log_lanes(V x)
{
    I small = x < (V)0x1p-126f;
    V scaled = choose(small, x * (V)0x1p23f, x);
    V offset = choose(small, (V)-23.0f, (V)0.0f);
    // Subtracting the bits of sqrt(1/2) leaves the exponent of the wanted range in the top bits.
    U u = bits_of(scaled) - (U)0x3f3504f3u;
    I e = (I)u >> 23;
    V m = value_of((u & (U)0x007fffffu) + (U)0x3f3504f3u);
    V exponent = value_of((U)e + (U)0x4b400000u) - (V)12582912.0f + offset;
    V f = m - (V)1.0f;
    V s = f * f;
    V p = (V)0x1.146304p-4f;
    p = fuse(p, f, (V)-0x1.de4f9p-4f);
    p = fuse(p, f, (V)0x1.e6f604p-4f);
    p = fuse(p, f, (V)-0x1.fc1f6ep-4f);
    p = fuse(p, f, (V)0x1.2336e4p-3f);
    p = fuse(p, f, (V)-0x1.555c5ap-3f);
    p = fuse(p, f, (V)0x1.99a4bcp-3f);
    p = fuse(p, f, (V)-0x1.000006p-2f);
    p = fuse(p, f, (V)0x1.555548p-2f);
    V tail = fuse(exponent, (V)0x1.7f7d1cp-20f, s * (f * p));
    tail = fuse((V)-0.5f, s, tail);
    V result = fuse(exponent, (V)0x1.62e4p-1f, f + tail);
    result = choose(x == (V)__builtin_inff(), x, result);
    result = choose(x == (V)0.0f, (V)-__builtin_inff(), result);
    return choose(x >= (V)0.0f, result, (V)__builtin_nanf(""));
}

// erf(x) = x + x P(x^2) below 15/16, else 1 - exp(-t Q(t)) with t = |x|; the sign is x's.
static inline V erf_lanes(V x)
{
    V t = value_of(bits_of(x) & (U)0x7fffffffu);
    V s = x * x;
    V p = (V)-0x1.365918p-11f;
    p = fuse(p, s, (V)0x1.464ff2p-8f);
    p = fuse(p, s, (V)-0x1.b66324p-6f);
    p = fuse(p, s, (V)0x1.ce17a6p-4f);
    p = fuse(p, s, (V)-0x1.8126d4p-2f);
    p = fuse(p, s, (V)0x1.06eba6p-3f);
    V near = fuse(p, x, x);
    V c = choose(t > (V)4.0f, (V)4.0f, t);
    V q = (V)0x1.8ef9bcp-17f;
    q = fuse(q, c, (V)-0x1.596c4ep-12f);
    q = fuse(q, c, (V)0x1.e0f676p-9f);
    q = fuse(q, c, (V)-0x1.8641a8p-6f);
    q = fuse(q, c, (V)0x1.b36b78p-4f);
    q = fuse(q, c, (V)0x1.452d3ep-1f);
    q = fuse(q, c, (V)0x1.20efc4p+0f);
    V far = (V)1.0f - exp_lanes(-(q * c));
    far = value_of(bits_of(far) | (bits_of(x) & (U)0x80000000u));
    return choose(t < (V)0.9375f, near, far);
}

// x * (1 / (1 + exp(-1.702 x))).
static inline V quick_gelu_lanes(V x)
{
    V e = exp_lanes((V)-1.702f * x);
    return x * ((V)1.0f / ((V)1.0f + e));
}

// (0.5 x) * (1 + erf(x / sqrt(2))), the quotient as a product with sqrt(1/2).
static inline V gelu_lanes(V x)
{
    V e = erf_lanes(x * (V)0x1.6a09e6p-1f);
    return ((V)0.5f * x) * ((V)1.0f + e);
}

// Applies `function` to every element; the tail goes through a zero-padded group of lanes.
#define MAP(function, x, y, count)                                                                      \
    do {                                                                                                \
        size_t map_i = 0;                                                                               \
        for (; map_i + LANES <= (count); map_i += LANES)                                                \
            store((y) + map_i, function(load((x) + map_i)));                                            \
        if (map_i < (count)) {                                                                          \
            float map_tail[LANES] = {0};                                                                \
            __builtin_memcpy(map_tail, (x) + map_i, ((count) - map_i) * sizeof(float));                 \
            store(map_tail, function(load(map_tail)));                                                  \
            __builtin_memcpy((y) + map_i, map_tail, ((count) - map_i) * sizeof(float));                 \
        }                                                                                               \
    } while (0)

static void exp_kernel(const float *x, float *y, size_t count) { MAP(exp_lanes, x, y, count); }
static void log_kernel(const float *x, float *y, size_t count) { MAP(log_lanes, x, y, count); }
static void erf_kernel(const float *x, float *y, size_t count) { MAP(erf_lanes, x, y, count); }

static void activate_kernel(int activation, const float *x, float *y, size_t count)
{
    switch (activation) {
    case ZL_ACTIVATION_QUICK_GELU: MAP(quick_gelu_lanes, x, y, count); break;
    case ZL_ACTIVATION_GELU: MAP(gelu_lanes, x, y, count); break;
    default:
        if (x != y) __builtin_memmove(y, x, count * sizeof(float));
    }
}
