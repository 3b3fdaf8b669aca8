// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Names and sizes of what a step is given.

#include <math.h>
#include <stdio.h>

#include <limits>
#include <locale>
#include <set>
#include <sstream>
#include <string>

#include "kernels.h"
#include "stabilizers.h"
#include "step.h"

namespace learned_optimizer {
namespace {

// More units or rows than anyone has: products of them are small numbers.
const int kMostUnits = 1 << 12;

const char kLevelSizes[] = "level_sizes";

// Reads a number, whatever the locale of the program.
template <typename T>
bool ReadValue(const std::string& text, T* value) {
  typedef std::numeric_limits<T> Limits;
  if (Limits::has_infinity && text == "inf") {
    *value = Limits::infinity();
    return true;
  }
  std::istringstream stream(text);
  stream.imbue(std::locale::classic());
  return stream >> *value && stream.peek() == EOF;
}

bool ReadLevels(const std::string& text, Options* options) {
  std::istringstream stream(text);
  for (std::string size; stream >> size; options->levels++)
    if (options->levels == 3 ||
        !ReadValue(size, &options->units[options->levels]))
      return false;
  return true;
}

bool ReadOption(const std::string& name, const std::string& value,
                Options* options) {
  if (name == kLevelSizes) return ReadLevels(value, options);
#define OPTION(type, field) \
  if (name == #field) return ReadValue(value, &options->field);
  LEARNED_OPTIMIZER_OPTIONS(OPTION)
#undef OPTION
  return false;
}

}  // namespace

std::string ReadOptions(const std::string& text, Options* options) {
  *options = Options();
  std::istringstream lines(text);
  std::set<std::string> found;
  for (std::string line; std::getline(lines, line);) {
    const size_t end = line.find('=');
    if (end == std::string::npos ||
        !ReadOption(line.substr(0, end), line.substr(end + 1), options))
      return "the option " + line + " is unknown or has no such value";
    if (!found.insert(line.substr(0, end)).second)
      return "the option " + line + " is there twice";
  }
  return Problem(*options);
}

std::string OptionNames() {
  std::string names = kLevelSizes;
#define OPTION(type, field) names += "\n" #field;
  LEARNED_OPTIMIZER_OPTIONS(OPTION)
#undef OPTION
  return names;
}

const char* const kThetaNames[kNumTheta] = {
    "update_weights",
    "attention_weights",
    "learning_rate_weights",
    "learning_rate_bias",
    "scl_decay_weights",
    "scl_decay_bias",
    "inp_decay_weights",
    "inp_decay_bias",
    "PerTensor/Layer0_RNN/Param/Affine/Matrix",
    "PerTensor/Layer0_RNN/Param/Affine/Bias",
    "PerTensor/Layer0_RNN/Global/Affine/Matrix",
    "PerTensor/Layer0_RNN/Global/Affine/Bias",
    "PerTensor/Layer0_RNN/BiasGRUCell/gates/Affine/Matrix",
    "PerTensor/Layer0_RNN/BiasGRUCell/gates/Affine/Bias",
    "PerTensor/Layer0_RNN/BiasGRUCell/candidate/Affine/Matrix",
    "PerTensor/Layer0_RNN/BiasGRUCell/candidate/Affine/Bias",
    "PerTensor/Layer1_RNN/Affine/Matrix",
    "PerTensor/Layer1_RNN/Affine/Bias",
    "PerTensor/Layer1_RNN/BiasGRUCell/gates/Affine/Matrix",
    "PerTensor/Layer1_RNN/BiasGRUCell/gates/Affine/Bias",
    "PerTensor/Layer1_RNN/BiasGRUCell/candidate/Affine/Matrix",
    "PerTensor/Layer1_RNN/BiasGRUCell/candidate/Affine/Bias",
    "Layer2_RNN/BiasGRUCell/gates/Affine/Matrix",
    "Layer2_RNN/BiasGRUCell/gates/Affine/Bias",
    "Layer2_RNN/BiasGRUCell/candidate/Affine/Matrix",
    "Layer2_RNN/BiasGRUCell/candidate/Affine/Bias",
    "PerTensor/GradsToDelta/Matrix",
    "PerTensor/GradsToAttnDelta/Matrix",
    "PerTensor/learning_rate_momentum_logit",
    "PerTensor/param_stepsize_offset",
};

std::string Problem(const Options& o) {
  if (o.levels < 1 || o.levels > 3) return "there must be 1 to 3 levels";
  for (int i = 0; i < o.levels; i++)
    if (o.units[i] < 1 || o.units[i] > kMostUnits)
      return "levels must have 1 to 4096 units";
  if (o.scales < 1 || o.scales > kMostScales)
    return "there must be 1 to 20 timescales";
  if (o.scales == 1 && o.learned_input_decay)
    return "one timescale has no decay to learn";
  if (!o.dynamic && (o.relative_rate || o.extremeness || o.log_rate))
    return "there are no learning rates to make features of";
  return StabilizerProblem(o);
}

int64_t ThetaSize(const Options& o, int theta) {
  const int64_t features = o.features();
  const int64_t u0 = o.units[0];
  const int64_t u1 = o.levels > 1 ? o.units[1] : 0;
  const int64_t u2 = o.levels > 2 ? o.units[2] : 0;
  const int64_t rows[] = {features + u0, o.layer_inputs() + u1, u1 + u2};
  switch (theta) {
    case kUpdate: return u0;
    case kAttention: return o.attention ? u0 : 0;
    case kRateWeights: return o.dynamic ? u0 : 0;
    case kScaleWeights: return o.learned_scale_decay ? u0 : 0;
    case kInputWeights: return o.learned_input_decay ? u0 : 0;
    case kRateBias: case kMomentum: case kOffset: return o.dynamic;
    case kScaleBias: return o.learned_scale_decay;
    case kInputBias: return o.learned_input_decay;
    case kParamMatrix: return u1 * 3 * u0;
    case kParamBias: return u1 ? 3 * u0 : 0;
    case kGlobalMatrix: return u2 * 3 * u0;
    case kGlobalBias: return u2 ? 3 * u0 : 0;
    case kGates0: return rows[0] * 2 * u0;
    case kGateBias0: return 2 * u0;
    case kCandidate0: return rows[0] * u0;
    case kCandidateBias0: return u0;
    case kLayerMatrix: return u2 * 3 * u1;
    case kLayerBias: return u2 ? 3 * u1 : 0;
    case kGates1: return rows[1] * 2 * u1;
    case kGateBias1: return 2 * u1;
    case kCandidate1: return rows[1] * u1;
    case kCandidateBias1: return u1;
    case kGates2: return rows[2] * 2 * u2;
    case kGateBias2: return 2 * u2;
    case kCandidate2: return rows[2] * u2;
    case kCandidateBias2: return u2;
    case kShortcut: return o.shortcut ? o.scales : 0;
    case kAttentionShortcut: return o.shortcut && o.attention ? o.scales : 0;
  }
  return 0;
}

std::string SlotName(int slot) {
  switch (slot) {
    case kHidden: return "parameter";
    case kLayer: return "layer";
    case kScaleDecay: return "scl_decay";
    case kInputDecay: return "inp_decay";
    case kLogRate: return "log_learning_rate";
    case kNumSteps: return "num_steps";
    case kHistory: return "gradient_history";
    case kTrueParam: return "true_param";
  }
  return slot < kMeanSquare
             ? "grad_accum" + std::to_string(slot - kAverage + 1)
             : "ms" + std::to_string(slot - kMeanSquare + 1);
}

int64_t SlotSize(const Options& o, int slot, int64_t tensor_size) {
  switch (slot) {
    case kHidden: return tensor_size * o.units[0];
    case kLayer: return o.levels > 1 ? o.units[1] : 0;
    case kScaleDecay: case kInputDecay: return tensor_size;
    case kLogRate: return o.dynamic ? tensor_size : 0;
    case kNumSteps: return o.decays_rates() ? tensor_size : 0;
    case kHistory: return o.has_history() ? kHistoryWidth : 0;
    case kTrueParam: return o.attention ? tensor_size : 0;
  }
  const int scale =
      slot < kMeanSquare ? slot - kAverage : slot - kMeanSquare;
  return scale < o.scales ? tensor_size : 0;
}

const Kernels* FindKernels(const std::string& name) {
  const bool any = name.empty();
#if defined(__x86_64__) || defined(__i386__)
  __builtin_cpu_init();
#if defined(__x86_64__)
  if ((any || name == kAvx512Kernels.name) &&
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return &kAvx512Kernels;
#endif
  if ((any || name == kAvx2Kernels.name) && __builtin_cpu_supports("avx2") &&
      __builtin_cpu_supports("fma"))
    return &kAvx2Kernels;
#endif
  if (any || name == kBaselineKernels.name) return &kBaselineKernels;
  return name == kPlainKernels.name ? &kPlainKernels : nullptr;
}

}  // namespace learned_optimizer
