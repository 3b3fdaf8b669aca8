// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What is compiled once for every set of instructions.

#ifndef OPTIMIZER_NATIVE_KERNELS_H_
#define OPTIMIZER_NATIVE_KERNELS_H_

// Standard headers have inline functions, of which the linker keeps one for
// all sets of instructions. Kernels include none of them but this.
#include <stdint.h>

#include "constants.h"

namespace learned_optimizer {

// Rows that are computed together. Their intermediates fit the first cache.
const int kBlockRows = 64;

// Rows are computed in multiples of this, whatever the instructions.
const int kRowMultiple = 32;

// Columns of a matrix that are computed together.
const int kTile = 5;

// An affine map: matrix [inputs, outputs], in tiles of kTile columns, each by
// rows, and a bias [outputs].
struct Affine {
  int inputs, outputs;
  const float* tiles;
  const float* bias;
};

// A GRU; the inputs of both maps end with its state. Biases are those of a
// call.
struct Gru {
  int inputs, units;
  Affine gates, candidate;
};

// The lowest level.
struct Level0 {
  Gru gru;
  // From hidden state and scaled gradients to what `read_outs` say.
  Affine read_out;
  // Where in the output of `read_out` these are; -1 if nowhere.
  int update, attention, rate, scale_decay, input_decay;
  int scales;
  bool products, log_means, relative_rate, extremeness, log_rate;
  bool scale_decays, skip_zeros, skip_nonfinite, dynamic, limits_steps;
  bool has_history;
  bool passes_features;
  float momentum, offset, max_log_rate;
  float rate_decay_after, rate_decay_power;  // 0 for never.
};

// What rows get from their tensor, see hierarchical_step.py.
struct TensorContext {
  float mean_log_rate, gradient_scale;
};

// A block of rows of a tensor. All but `hidden` [rows, units] are columns.
struct Block {
  int rows;
  TensorContext context;
  const float* gradient;
  float* hidden;
  float* scale_decay;
  float* input_decay;
  float* log_rate;
  float* num_steps;
  float* averages[kMostScales];
  float* mean_squares[kMostScales];
  float* moves[2];  // Of the parameter and of the attended location.
};

// Sums over rows that are added to: the inputs of level 1, then these. Each of
// the first two has one for the parameter and one for the attended location.
enum Sum {
  kSquare, kMoveSquare = kSquare + 2, kActive = kMoveSquare + 2, kBad, kNumSums
};

// The kernels of a set of instructions. Scratch memory is aligned to 64 bytes.
struct Kernels {
  const char* name;

  // [rows, inputs] to [rows, outputs].
  void (*affine)(const Affine& map, int rows, const float* inputs,
                 float* outputs, float* scratch);

  // From inputs [rows, inputs] and state [rows, units] to a new state.
  void (*gru)(const Gru& gru, int rows, const float* inputs,
              const float* state, float* new_state, float* scratch);

  // A block of the lowest level; `bias` [3 units] is that of its GRU.
  void (*level0)(const Level0& level, const float* bias, const Block& block,
                 double* sums, float* scratch);

  // y -= factor * x.
  void (*subtract)(int64_t count, float factor, const float* x, float* y);
};

// How many floats of scratch memory they need.
inline int64_t AffineScratch(const Affine& map) {
  return static_cast<int64_t>(map.inputs + map.outputs) * kBlockRows;
}

inline int64_t GruScratch(const Gru& gru) {
  return static_cast<int64_t>(gru.inputs + 5 * gru.units) * kBlockRows;
}

// A gradient, state, and moves.
inline int StagedColumns(const Level0& level) { return 2 * level.scales + 7; }

inline int64_t Level0Scratch(const Level0& level) {
  return GruScratch(level.gru) +
         static_cast<int64_t>(level.read_out.outputs + StagedColumns(level) +
                              6) * kBlockRows;
}

extern const Kernels kPlainKernels;
extern const Kernels kBaselineKernels;
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;

}  // namespace learned_optimizer

#endif  // OPTIMIZER_NATIVE_KERNELS_H_
