// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A step of the hierarchical RNN on plain arrays: no TensorFlow here.
//
// The mathematics are those of optimizer/hierarchical_step.py; what is done
// about gradients that are not finite is that of optimizer/drop_in.

#ifndef OPTIMIZER_NATIVE_STEP_H_
#define OPTIMIZER_NATIVE_STEP_H_

#include <stdint.h>

#include <functional>
#include <string>
#include <vector>

#include "constants.h"
#include "option_list.h"

namespace learned_optimizer {

// The options of HierarchicalRNN that a step depends on.
struct Options {
  int levels;    // 1 to 3.
  int units[3];  // GRU units of each level.
#define OPTION(type, name) type name;
  LEARNED_OPTIMIZER_OPTIONS(OPTION)
#undef OPTION

  int features() const {
    return scales + (products ? scales - 1 : 0) + (log_means ? scales : 0) +
           relative_rate + extremeness + log_rate;
  }
  // Columns that level 1 gets of level 0: with several kinds of features, these
  // too.
  int layer_inputs() const {
    return units[0] + (features() > scales ? features() : 0);
  }
  // Which stabilizers there are.
  bool decays_rates() const { return rate_decay_after > 0; }
  bool limits_steps() const { return step_limit_fraction > 0; }
  bool has_history() const { return gradient_history_limit > 0; }
  bool has_sparse_steps() const { return sparse_steps_power > 0; }
  bool has_schedule() const { return schedule_num_steps > 0; }
};

// Reads options from lines "name=value", of which "level_sizes" has several
// numbers. Returns what is wrong with them, or "".
std::string ReadOptions(const std::string& text, Options* options);

// The names of all options, by lines.
std::string OptionNames();

// What is wrong with options, or "".
std::string Problem(const Options& options);

// The meta-parameters.
enum Theta {
  kUpdate, kAttention, kRateWeights, kRateBias, kScaleWeights, kScaleBias,
  kInputWeights, kInputBias, kParamMatrix, kParamBias, kGlobalMatrix,
  kGlobalBias, kGates0, kGateBias0, kCandidate0, kCandidateBias0,
  kLayerMatrix, kLayerBias, kGates1, kGateBias1, kCandidate1, kCandidateBias1,
  kGates2, kGateBias2, kCandidate2, kCandidateBias2, kShortcut,
  kAttentionShortcut, kMomentum, kOffset, kNumTheta
};

// Their names in HierarchicalRNN.
extern const char* const kThetaNames[kNumTheta];

// How many numbers a meta-parameter has; 0 if there is none with the options.
int64_t ThetaSize(const Options& options, int theta);

// The parts of a tensor's state, by the names of its slots. Those of several
// timescales are followed by a number: "grad_accum1".
enum Slot {
  kHidden, kLayer, kScaleDecay, kInputDecay, kLogRate, kNumSteps, kHistory,
  kTrueParam, kAverage,
  kMeanSquare = kAverage + kMostScales, kNumSlots = kMeanSquare + kMostScales
};

std::string SlotName(int slot);

// How many numbers a slot of a tensor has; 0 if there is none with the options.
int64_t SlotSize(const Options& options, int slot, int64_t tensor_size);

// Sums over a tensor's elements: of log learning rates, steps made, and squared
// parameters.
enum ElementSum { kRates, kSteps, kSquares, kNumElementSums };

struct TensorState {
  int64_t size;
  const float* gradient;
  float* variable;
  float* slots[kNumSlots];
  // If these are rows of a table: of its elements elsewhere, their number and
  // sums over them.
  int64_t other_count;
  double other_sums[kNumElementSums];
};

// Calls a function with 0 to count - 1, perhaps in several threads.
typedef std::function<void(int64_t count,
                           const std::function<void(int64_t)>& call)>
    ParallelFor;

// The arithmetic for a set of instructions; see kernels.h.
struct Kernels;

// The kernels of a name (avx512, avx2, baseline, plain), or, for "", the best
// there are; null if there are none, or the processor lacks the instructions.
const Kernels* FindKernels(const std::string& name);

// Steps all tensors, in place. The results have the same bits however the
// calls are distributed over threads. `global` is the state of the problem
// [units[2]], null without that level.
void Step(const Kernels& kernels, const Options& options,
          const float* const theta[kNumTheta],
          const std::vector<TensorState>& tensors, float* global,
          const ParallelFor& parallel);

// What kernels compute otherwise than plain arithmetic does, or "".
std::string SelfTest(const Kernels& kernels);

}  // namespace learned_optimizer

#endif  // OPTIMIZER_NATIVE_STEP_H_
