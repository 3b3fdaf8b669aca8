// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Arithmetic on LANES floats at once, for kernels.cc.
//
// Functions are exact to about 1e-7 relative, or absolute where the result is
// small beside the terms it is made of. What is not a number stays so.

#ifndef OPTIMIZER_NATIVE_LANES_H_
#define OPTIMIZER_NATIVE_LANES_H_

#include <stdint.h>

#if LANES > 1 && (defined(__x86_64__) || defined(__i386__))
#include <immintrin.h>
#define LOL_X86 1
#endif

#define INLINE static inline __attribute__((always_inline))

namespace {

#if LANES > 1

typedef float F __attribute__((vector_size(4 * LANES)));
// What comparisons return: all bits or none.
typedef int32_t I __attribute__((vector_size(4 * LANES)));
typedef float Unaligned
    __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t UnalignedI
    __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

INLINE F Load(const float* p) { return *reinterpret_cast<const Unaligned*>(p); }
INLINE void Store(float* p, F x) { *reinterpret_cast<Unaligned*>(p) = x; }
INLINE I LoadMask(const int32_t* p) {
  return *reinterpret_cast<const UnalignedI*>(p);
}
INLINE void StoreMask(int32_t* p, I x) {
  *reinterpret_cast<UnalignedI*>(p) = x;
}
INLINE F All(float x) { F v = {}; return v + x; }
INLINE I AllBits(int32_t x) { I v = {}; return v + x; }
INLINE I Bits(F x) { return (I)x; }
INLINE F FromBits(I x) { return (F)x; }
INLINE F FromInt(I x) { return __builtin_convertvector(x, F); }
INLINE F Choose(I mask, F x, F y) { return mask ? x : y; }
INLINE I Less(F x, F y) { return x < y; }
INLINE I Equal(F x, F y) { return x == y; }

INLINE float SumOf(F x) {
  float sum = 0;
  for (int i = 0; i < LANES; i++) sum += x[i];
  return sum;
}

INLINE bool AllSet(I mask) {
  int32_t all = -1;
  for (int i = 0; i < LANES; i++) all &= mask[i];
  return all == -1;
}

#else

typedef float F;
typedef int32_t I;

INLINE F Load(const float* p) { return *p; }
INLINE void Store(float* p, F x) { *p = x; }
INLINE I LoadMask(const int32_t* p) { return *p; }
INLINE void StoreMask(int32_t* p, I x) { *p = x; }
INLINE F All(float x) { return x; }
INLINE I AllBits(int32_t x) { return x; }
INLINE I Bits(F x) {
  I y;
  __builtin_memcpy(&y, &x, sizeof y);
  return y;
}
INLINE F FromBits(I x) {
  F y;
  __builtin_memcpy(&y, &x, sizeof y);
  return y;
}
INLINE F Choose(I mask, F x, F y) { return mask ? x : y; }
INLINE I Less(F x, F y) { return x < y ? -1 : 0; }
INLINE I Equal(F x, F y) { return x == y ? -1 : 0; }
INLINE float SumOf(F x) { return x; }
INLINE bool AllSet(I mask) { return mask == -1; }

#endif

#if LOL_X86

#if LANES == 16
typedef __m512 Register;
#define LOL_X86_OP(name) _mm512_##name##_ps
#define LOL_X86_ROUGH(name) _mm512_##name##14_ps
#elif LANES == 8
typedef __m256 Register;
#define LOL_X86_OP(name) _mm256_##name##_ps
#define LOL_X86_ROUGH(name) _mm256_##name##_ps
#else
typedef __m128 Register;
#define LOL_X86_OP(name) _mm_##name##_ps
#define LOL_X86_ROUGH(name) _mm_##name##_ps
#endif

// If one is not a number, x86 returns the second operand.
INLINE F Min(F limit, F x) {
  return (F)LOL_X86_OP(min)((Register)limit, (Register)x);
}
INLINE F Max(F limit, F x) {
  return (F)LOL_X86_OP(max)((Register)limit, (Register)x);
}
INLINE F RoughInverse(F x) { return (F)LOL_X86_ROUGH(rcp)((Register)x); }
INLINE F RoughRsqrt(F x) { return (F)LOL_X86_ROUGH(rsqrt)((Register)x); }

#else

INLINE F Min(F limit, F x) { return Choose(Less(limit, x), limit, x); }
INLINE F Max(F limit, F x) { return Choose(Less(x, limit), limit, x); }

#endif

INLINE F Abs(F x) { return FromBits(Bits(x) & AllBits(0x7fffffff)); }

INLINE F WithSign(F magnitude, F signed_value) {
  return FromBits(Bits(magnitude) |
                  (Bits(signed_value) & AllBits(INT32_MIN)));
}

INLINE I IsFinite(F x) { return Less(Abs(x), All(__builtin_inff())); }

#if LOL_X86

// One over x, whose magnitude is from 1e-37 to 1e37.
INLINE F Inverse(F x) {
  F y = RoughInverse(x);
  return y * (2.0f - x * y);
}

// x^(-1/2), of x from 1e-37.
INLINE F Rsqrt(F x) {
  F y = RoughRsqrt(x);
  return Choose(IsFinite(x), y * (1.5f - 0.5f * x * y * y), y);
}

INLINE F Sqrt(F x) {
  return Choose(IsFinite(x), x * Rsqrt(Max(All(1e-37f), x)), x);
}

// e^x, within [e^-87, e^88]. Cephes' polynomial.
INLINE F Exp(F x) {
  x = Min(All(88.0f), Max(All(-87.0f), x));
  F shifted = x * 1.44269504088896341f + 12582912.0f;
  I power = Bits(shifted) - AllBits(0x4b400000);
  F whole = shifted - 12582912.0f;
  F r = x - whole * 0.693359375f;
  r = r + whole * 2.12194440e-4f;
  F p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  return p * FromBits((power + AllBits(127)) << 23);
}

// log(x), of normal positive x. Cephes' polynomial.
INLINE F Log(F x) {
  I bits = Bits(x);
  I exponent = (bits - AllBits(0x3f3504f3)) >> 23;
  F f = FromBits(bits - (exponent << 23)) - 1.0f;
  F e = FromInt(exponent);
  F square = f * f;
  F y = f * 7.0376836292e-2f - 1.1514610310e-1f;
  y = y * f + 1.1676998740e-1f;
  y = y * f - 1.2420140846e-1f;
  y = y * f + 1.4249322787e-1f;
  y = y * f - 1.6668057665e-1f;
  y = y * f + 2.0000714765e-1f;
  y = y * f - 2.4999993993e-1f;
  y = y * f + 3.3333331174e-1f;
  y = y * (f * square);
  y = y - e * 2.12194440e-4f;
  y = y - 0.5f * square;
  return Choose(IsFinite(x), f + y + e * 0.693359375f, x);
}

// 1 / (1 + 2^-x'), x' = x log2(e). Far from zero the result does not depend on
// the last digits of x'. Cephes' polynomial.
INLINE F Sigmoid(F x) {
  x = Min(All(125.0f), Max(All(-125.0f), x * -1.44269504088896341f));
  F shifted = x + 12582912.0f;
  F r = x - (shifted - 12582912.0f);
  F p = r * 1.535336188e-4f + 1.339887440e-3f;
  p = p * r + 9.618437357e-3f;
  p = p * r + 5.550332471e-2f;
  p = p * r + 2.402264791e-1f;
  p = p * r + 6.931472029e-1f;
  p = p * r + 1.0f;
  I power = Bits(shifted) - AllBits(0x4b400000 - 127);
  return Inverse(p * FromBits(power << 23) + 1.0f);
}

INLINE F Tanh(F x) { return 2.0f * Sigmoid(2.0f * x) - 1.0f; }

#else

#if LANES > 1
#define EACH_LANE(function, x)                                  \
  F y;                                                          \
  for (int i = 0; i < LANES; i++) y[i] = function(x[i]);        \
  return y;
#else
#define EACH_LANE(function, x) return function(x);
#endif

INLINE F Exp(F x) { EACH_LANE(__builtin_expf, x) }
INLINE F Log(F x) { EACH_LANE(__builtin_logf, x) }
INLINE F Sqrt(F x) { EACH_LANE(__builtin_sqrtf, x) }
INLINE F Tanh(F x) { EACH_LANE(__builtin_tanhf, x) }
INLINE F Rsqrt(F x) { return 1.0f / Sqrt(x); }
INLINE F Sigmoid(F x) { return 1.0f / (1.0f + Exp(-x)); }

#endif

INLINE F Asinh(F x) {
  F size = Abs(x);
  return WithSign(Log(size + Sqrt(1.0f + size * size)), x);
}

}  // namespace

#endif  // OPTIMIZER_NATIVE_LANES_H_
