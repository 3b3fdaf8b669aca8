// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Rows by columns and back, and products of columns with matrices.
//
// Within a block, [n, kBlockRows] buffers hold a quantity of all rows together:
// what is `x + i * kBlockRows` is column i.

#ifndef OPTIMIZER_NATIVE_COLUMNS_H_
#define OPTIMIZER_NATIVE_COLUMNS_H_

#include "kernels.h"
#include "lanes.h"

namespace learned_optimizer {
namespace {

const int kStep = LANES == 1 ? 1 : 2 * LANES;
static_assert(kRowMultiple % kStep == 0, "blocks are cut into steps");
static_assert(kBlockRows % kRowMultiple == 0, "blocks are cut into steps");

INLINE int Padded(int rows) {
  return (rows + kRowMultiple - 1) / kRowMultiple * kRowMultiple;
}

#if LOL_X86

// Transposes: out[j, i] = in[i, j] for i, j < 4.
INLINE void Transpose4(const float* in, int64_t in_stride, float* out,
                       int64_t out_stride) {
  __m128 a = _mm_loadu_ps(in), b = _mm_loadu_ps(in + in_stride);
  __m128 c = _mm_loadu_ps(in + 2 * in_stride);
  __m128 d = _mm_loadu_ps(in + 3 * in_stride);
  _MM_TRANSPOSE4_PS(a, b, c, d);
  _mm_storeu_ps(out, a);
  _mm_storeu_ps(out + out_stride, b);
  _mm_storeu_ps(out + 2 * out_stride, c);
  _mm_storeu_ps(out + 3 * out_stride, d);
}

#else

INLINE void Transpose4(const float* in, int64_t in_stride, float* out,
                       int64_t out_stride) {
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++)
      out[j * out_stride + i] = in[i * in_stride + j];
}

#endif

// Columns of [rows, columns] floats, and zeros below.
INLINE void ToColumns(int rows, int columns, const float* from, float* to) {
  int row = 0;
  if (columns >= 4)
    for (; row + 4 <= rows; row += 4)
      for (int column = 0; column < columns; column += 4) {
        // The last four may overlap with those before.
        const int j = column + 4 <= columns ? column : columns - 4;
        Transpose4(from + row * columns + j, columns,
                   to + j * kBlockRows + row, kBlockRows);
      }
  for (; row < rows; row++)
    for (int i = 0; i < columns; i++)
      to[i * kBlockRows + row] = from[row * columns + i];
  for (int i = 0; i < columns; i++)
    for (int row = rows; row < Padded(rows); row++)
      to[i * kBlockRows + row] = 0;
}

INLINE void ToRows(int rows, int columns, const float* from, float* to) {
  int row = 0;
  if (columns >= 4)
    for (; row + 4 <= rows; row += 4)
      for (int column = 0; column < columns; column += 4) {
        const int j = column + 4 <= columns ? column : columns - 4;
        Transpose4(from + j * kBlockRows + row, kBlockRows,
                   to + row * columns + j, columns);
      }
  for (; row < rows; row++)
    for (int i = 0; i < columns; i++)
      to[row * columns + i] = from[i * kBlockRows + row];
}

// WIDTH columns of a product, all rows; the inputs are in two parts.
template <int WIDTH>
void TileProduct(const float* tile, const float* bias, int rows,
                 const float* first, int num_first, const float* second,
                 int num_second, float* outputs) {
  for (int row = 0; row < rows; row += kStep) {
    F sums[WIDTH][kStep / LANES];
    for (int i = 0; i < WIDTH; i++)
      for (int part = 0; part < kStep / LANES; part++)
        sums[i][part] = All(bias[i]);
    const float* weights = tile;
    const float* inputs[2] = {first + row, second + row};
    const int counts[2] = {num_first, num_second};
    for (int half = 0; half < 2; half++) {
      const float* input = inputs[half];
      for (int k = 0; k < counts[half]; k++) {
        F x[kStep / LANES];
        for (int part = 0; part < kStep / LANES; part++)
          x[part] = Load(input + part * LANES);
        for (int i = 0; i < WIDTH; i++)
          for (int part = 0; part < kStep / LANES; part++)
            sums[i][part] += x[part] * weights[i];
        input += kBlockRows;
        weights += WIDTH;
      }
    }
    for (int i = 0; i < WIDTH; i++)
      for (int part = 0; part < kStep / LANES; part++)
        Store(outputs + i * kBlockRows + row + part * LANES, sums[i][part]);
  }
}

// An affine map of inputs in two parts, of which the first has `num_first`.
void Product(const Affine& map, const float* bias, int rows,
             const float* first, int num_first, const float* second,
             float* outputs) {
  const int num_second = map.inputs - num_first;
  for (int column = 0; column < map.outputs; column += kTile) {
    const float* tile = map.tiles + column * map.inputs;
    float* output = outputs + column * kBlockRows;
    const int width = map.outputs - column;
#define TILE(WIDTH)                                                        \
  TileProduct<WIDTH>(tile, bias + column, rows, first, num_first, second, \
                     num_second, output)
    switch (width < kTile ? width : kTile) {
      case 1: TILE(1); break;
      case 2: TILE(2); break;
      case 3: TILE(3); break;
      case 4: TILE(4); break;
      default: TILE(5);
    }
#undef TILE
  }
}
static_assert(kTile == 5, "see the cases");

}  // namespace
}  // namespace learned_optimizer

#endif  // OPTIMIZER_NATIVE_COLUMNS_H_
