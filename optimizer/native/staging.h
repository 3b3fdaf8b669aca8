// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Blocks of few rows, in columns as long as those of full ones.

#ifndef OPTIMIZER_NATIVE_STAGING_H_
#define OPTIMIZER_NATIVE_STAGING_H_

#include "kernels.h"
#include "lanes.h"

namespace learned_optimizer {
namespace {

const int kMostStateColumns = 2 * kMostScales + 4;

// Lists where a block has the columns of its state; returns how many.
INLINE int StateColumns(const Level0& level, Block* block, float*** columns) {
  int count = 0;
  columns[count++] = &block->scale_decay;
  columns[count++] = &block->input_decay;
  if (level.dynamic) columns[count++] = &block->log_rate;
  if (level.rate_decay_after > 0) columns[count++] = &block->num_steps;
  for (int i = 0; i < level.scales; i++) {
    columns[count++] = &block->averages[i];
    columns[count++] = &block->mean_squares[i];
  }
  return count;
}

// Copies a column with zeros below, or back.
INLINE void Stage(float** column, int rows, float** staged) {
  float* copy = *staged;
  for (int row = 0; row < kBlockRows; row++)
    copy[row] = row < rows ? (*column)[row] : 0;
  *column = copy;
  *staged += kBlockRows;
}

INLINE void CopyBack(float* column, int rows, const float** staged) {
  for (int row = 0; row < rows; row++) column[row] = (*staged)[row];
  *staged += kBlockRows;
}

// A block whose columns have zeros below, however few rows it has. Moves are
// staged last as they are only written.
INLINE Block Staged(const Level0& level, const Block& block, float* staged) {
  Block copy = block;
  float* gradient = const_cast<float*>(block.gradient);
  Stage(&gradient, block.rows, &staged);
  copy.gradient = gradient;
  float** columns[kMostStateColumns];
  const int count = StateColumns(level, &copy, columns);
  for (int i = 0; i < count; i++) Stage(columns[i], block.rows, &staged);
  for (int i = 0; i < 2; i++) {
    copy.moves[i] = staged;
    staged += kBlockRows;
  }
  return copy;
}

INLINE void CopyAllBack(const Level0& level, Block block,
                        const float* staged) {
  staged += kBlockRows;
  float** columns[kMostStateColumns];
  const int count = StateColumns(level, &block, columns);
  for (int i = 0; i < count; i++) CopyBack(*columns[i], block.rows, &staged);
  CopyBack(block.moves[0], block.rows, &staged);
  if (level.attention >= 0) CopyBack(block.moves[1], block.rows, &staged);
}

}  // namespace
}  // namespace learned_optimizer

#endif  // OPTIMIZER_NATIVE_STAGING_H_
