// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0

#include "step.h"

#include <math.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "stepper.h"

namespace learned_optimizer {
namespace {

const float kMostJump = 2.302585093f;  // See learning_rates.py.

}  // namespace

Stepper::Stepper(const Kernels& kernels, const Options& options,
                 const float* const theta[kNumTheta],
                 const std::vector<TensorState>& tensors, float* global,
                 const ParallelFor& parallel)
    : kernels_(kernels), options_(options), theta_(theta), tensors_(tensors),
      global_(global), parallel_(parallel),
      num_sums_(options.seen() + kNumSums) {}

void Stepper::Run() {
  FindUnits();
  Look();
  FindBiases();
  MakeReadOut();
  StepLevel0();
  AddUp();
  KeepHistories();
  if (options_.levels > 1) StepLayers();
  if (options_.levels > 2) StepGlobal();
  Write();
}

void Stepper::StepLevel0() {
  const int num_moves = options_.attention ? 2 : 1;
  for (int i = 0; i < num_moves; i++)
    moves_[i].reset(new float[offsets_.back()]);
  unit_sums_.assign(units_.size() * num_sums_, 0);
  const int units = options_.units[0];
  ForUnits(false, [&](int64_t i) {
    const Unit& unit = units_[i];
    const TensorState& tensor = tensors_[unit.tensor];
    float* scratch = Scratch(Level0Scratch(level_));
    for (int row = 0; row < unit.rows; row += kBlockRows) {
      const int64_t at = unit.start + row;
      Block block;
      block.rows = std::min(kBlockRows, unit.rows - row);
      block.view = views_[unit.tensor];
      block.gradient = tensor.gradient + at;
      block.hidden = tensor.slots[kHidden] + at * units;
      block.scale_decay = tensor.slots[kScaleDecay] + at;
      block.input_decay = tensor.slots[kInputDecay] + at;
      block.log_rate =
          options_.dynamic ? tensor.slots[kLogRate] + at : nullptr;
      block.num_steps =
          options_.counts_steps() ? tensor.slots[kNumSteps] + at : nullptr;
      for (int j = 0; j < options_.scales; j++) {
        block.averages[j] = tensor.slots[kAverage + j] + at;
        block.mean_squares[j] = tensor.slots[kMeanSquare + j] + at;
      }
      for (int j = 0; j < num_moves; j++)
        block.moves[j] = moves_[j].get() + offsets_[unit.tensor] + at;
      kernels_.level0(level_, &biases_[unit.tensor * 3 * units], block,
                      &unit_sums_[i * num_sums_], scratch);
    }
  });
}

// Makes means of sums, and what moves are multiplied with.
void Stepper::AddUp() {
  sums_.assign(tensors_.size() * num_sums_, 0);
  factors_.assign(tensors_.size() * 2, 1);
  changes_.assign(tensors_.size(), 0);
  for (size_t i = 0; i < tensors_.size(); i++) {
    double* sums = &sums_[i * num_sums_];
    for (int64_t j = first_unit_[i]; j < first_unit_[i + 1]; j++)
      for (int k = 0; k < num_sums_; k++)
        sums[k] += unit_sums_[j * num_sums_ + k];
    const double* last = sums + options_.seen();
    const double count = std::max(last[kActive], 1.0);
    for (int k = 0; k < options_.seen(); k++) sums[k] /= count;
    // The most the root mean square of a step may be.
    const double limit = limits_[i];
    for (int k = 0; k < 2; k++) {
      double factor = 1;
      if (options_.dynamic)
        factor /= sqrt(last[kSquare + k] / count + 1e-16);
      if (level_.limited) {
        const double ratio = factor / limit;
        const double square =
            last[kMoveSquare + k] / std::max<int64_t>(tensors_[i].size, 1);
        const double excess = sqrt(std::max(square * ratio * ratio, 1.0));
        factor /= excess;
        if (k == 0 && options_.max_step_excess > 0)
          changes_[i] = std::min(log(options_.max_step_excess / excess), 0.0);
      }
      factors_[2 * i + k] = factor * shares_[i];
    }
    changes_[i] -= options_.gradient_jump_power *
                   std::min(jumps_[i], kMostJump);
  }
}

bool Stepper::Steps(int tensor) const {
  const double* last = &sums_[tensor * num_sums_ + options_.seen()];
  return !(options_.skip_nonfinite && last[kBad] > 0) &&
         !(options_.skip_zeros && last[kActive] == 0);
}

void Stepper::KeepHistories() {
  for (size_t i = 0; i < tensors_.size(); i++) {
    // A gradient that is all 0 changes nothing but numbers of steps.
    if (options_.skip_nonfinite &&
        sums_[i * num_sums_ + options_.seen() + kBad] > 0)
      continue;
    if (options_.history())
      std::copy_n(&histories_[i * kHistoryWidth], kHistoryWidth,
                  tensors_[i].slots[kHistory]);
    if (options_.relative())
      std::copy_n(&units_of_gradients_[i * kHistoryWidth], kHistoryWidth,
                  tensors_[i].slots[kUnit]);
  }
}

void Stepper::StepLayers() {
  const int seen = options_.seen(), units = options_.units[1];
  std::vector<float> extra(3 * units);
  if (options_.levels > 2) {
    Map map(options_.units[2], 3 * units);
    map.Set(theta_[kLayerMatrix], theta_[kLayerBias]);
    const Affine affine = map.get();
    kernels_.affine(affine, 1, global_, extra.data(),
                    Scratch(AffineScratch(affine)));
  }
  const GruMaps maps(seen, units, theta_[kGates1], theta_[kGateBias1],
                     theta_[kCandidate1], theta_[kCandidateBias1],
                     extra.data());
  const size_t count = tensors_.size();
  std::vector<float> inputs(count * seen), state(count * units);
  for (size_t i = 0; i < count; i++) {
    std::copy_n(&sums_[i * num_sums_], seen, inputs.begin() + i * seen);
    std::copy_n(tensors_[i].slots[kLayer], units, state.begin() + i * units);
  }
  std::vector<float> anew(count * units);
  kernels_.gru(maps.gru, count, inputs.data(), state.data(), anew.data(),
               Scratch(GruScratch(maps.gru)));
  for (size_t i = 0; i < count; i++)
    if (Steps(i))
      std::copy_n(anew.begin() + i * units, units, tensors_[i].slots[kLayer]);
}

void Stepper::StepGlobal() {
  const int seen = options_.units[1], units = options_.units[2];
  const size_t count = tensors_.size();
  bool finite = false, active = false;
  std::vector<double> sums(seen);
  for (size_t i = 0; i < count; i++) {
    const double* last = &sums_[i * num_sums_ + options_.seen()];
    finite |= last[kBad] == 0;
    active |= last[kActive] > 0;
    for (int j = 0; j < seen; j++) sums[j] += tensors_[i].slots[kLayer][j];
  }
  if ((options_.skip_nonfinite && !finite) ||
      (options_.skip_zeros && !active))
    return;
  std::vector<float> inputs(seen), anew(units);
  for (int j = 0; j < seen; j++)
    inputs[j] = options_.last_input ? tensors_.back().slots[kLayer][j]
                                    : sums[j] / count;
  const GruMaps maps(seen, units, theta_[kGates2], theta_[kGateBias2],
                     theta_[kCandidate2], theta_[kCandidateBias2]);
  kernels_.gru(maps.gru, 1, inputs.data(), global_, anew.data(),
               Scratch(GruScratch(maps.gru)));
  std::copy(anew.begin(), anew.end(), global_);
}

void Stepper::Write() {
  ForUnits(true, [&](int64_t i) {
    const Unit& unit = units_[i];
    const float factor = factors_[2 * unit.tensor];
    if (changes_[unit.tensor] < 0) LowerRates(unit);
    if (options_.attention || !std::isfinite(factor)) {
      WriteUnit(unit);
      return;
    }
    kernels_.subtract(
        unit.rows, factor,
        moves_[0].get() + offsets_[unit.tensor] + unit.start,
        tensors_[unit.tensor].variable + unit.start);
  });
}

// See lowered_rates in tensor_statistics.py.
void Stepper::LowerRates(const Unit& unit) {
  const TensorState& tensor = tensors_[unit.tensor];
  const float* gradient = tensor.gradient + unit.start;
  float* log_rate = tensor.slots[kLogRate] + unit.start;
  const float change = changes_[unit.tensor];
  for (int row = 0; row < unit.rows; row++) {
    const bool skip =
        (options_.skip_zeros && gradient[row] == 0) ||
        (options_.skip_nonfinite && !std::isfinite(gradient[row]));
    const float lowered = std::max(log_rate[row] + change, kMinLogRate);
    log_rate[row] = skip ? log_rate[row] : lowered;
  }
}

// Writes parameters and locations, but for variables whose gradient is skipped.
void Stepper::WriteUnit(const Unit& unit) {
  const TensorState& tensor = tensors_[unit.tensor];
  const float* factors = &factors_[2 * unit.tensor];
  const int64_t at = offsets_[unit.tensor] + unit.start;
  const float* moves = moves_[0].get() + at;
  const float* gradient = tensor.gradient + unit.start;
  float* variable = tensor.variable + unit.start;
  for (int row = 0; row < unit.rows; row++) {
    const bool skip = options_.skip_nonfinite && !std::isfinite(gradient[row]);
    if (!options_.attention) {
      if (!skip) variable[row] -= factors[0] * moves[row];
      continue;
    }
    float* parameter = tensor.slots[kTrueParam] + unit.start + row;
    const float old = *parameter;
    *parameter = old - factors[0] * moves[row];
    if (!skip) variable[row] = old - factors[1] * moves_[1][at + row];
  }
}

void Step(const Kernels& kernels, const Options& options,
          const float* const theta[kNumTheta],
          const std::vector<TensorState>& tensors, float* global,
          const ParallelFor& parallel) {
  Stepper(kernels, options, theta, tensors, global, parallel).Run();
}

}  // namespace learned_optimizer
