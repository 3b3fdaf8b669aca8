// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0

#include "step.h"

#include <math.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "stepper.h"

namespace learned_optimizer {

Stepper::Stepper(const Kernels& kernels, const Options& options,
                 const float* const theta[kNumTheta],
                 const std::vector<TensorState>& tensors, float* global,
                 const ParallelFor& parallel)
    : kernels_(kernels), options_(options), theta_(theta), tensors_(tensors),
      global_(global), parallel_(parallel),
      num_sums_(options.layer_inputs() + kNumSums) {}

void Stepper::Run() {
  FindChunks();
  Measure();
  FindBiases();
  MakeReadOut();
  StepLevel0();
  AddUp();
  if (options_.has_history()) WriteHistories();
  if (options_.levels > 1) StepLayers();
  if (options_.levels > 2) StepGlobal();
  Write();
}

void Stepper::StepLevel0() {
  const int num_moves = options_.attention ? 2 : 1;
  for (int i = 0; i < num_moves; i++)
    moves_[i].reset(new float[offsets_.back()]);
  chunk_sums_.assign(chunks_.size() * num_sums_, 0);
  const int units = options_.units[0];
  ForChunks(false, [&](int64_t i) {
    const Chunk& chunk = chunks_[i];
    const TensorState& tensor = tensors_[chunk.tensor];
    float* scratch = Scratch(Level0Scratch(level_));
    for (int row = 0; row < chunk.rows; row += kBlockRows) {
      const int64_t at = chunk.start + row;
      Block block;
      block.rows = std::min(kBlockRows, chunk.rows - row);
      block.context = contexts_[chunk.tensor];
      block.gradient = tensor.gradient + at;
      block.hidden = tensor.slots[kHidden] + at * units;
      block.scale_decay = tensor.slots[kScaleDecay] + at;
      block.input_decay = tensor.slots[kInputDecay] + at;
      block.log_rate =
          options_.dynamic ? tensor.slots[kLogRate] + at : nullptr;
      block.num_steps =
          options_.decays_rates() ? tensor.slots[kNumSteps] + at : nullptr;
      for (int j = 0; j < options_.scales; j++) {
        block.averages[j] = tensor.slots[kAverage + j] + at;
        block.mean_squares[j] = tensor.slots[kMeanSquare + j] + at;
      }
      for (int j = 0; j < num_moves; j++)
        block.moves[j] = moves_[j].get() + offsets_[chunk.tensor] + at;
      kernels_.level0(level_, &biases_[chunk.tensor * 3 * units], block,
                      &chunk_sums_[i * num_sums_], scratch);
    }
  });
}

// Makes means of sums, and what moves are multiplied with.
void Stepper::AddUp() {
  sums_.assign(tensors_.size() * num_sums_, 0);
  factors_.assign(tensors_.size() * 2, 1);
  shifts_.assign(tensors_.size(), 0);
  for (size_t i = 0; i < tensors_.size(); i++) {
    double* sums = &sums_[i * num_sums_];
    for (int64_t j = first_chunk_[i]; j < first_chunk_[i + 1]; j++)
      for (int k = 0; k < num_sums_; k++)
        sums[k] += chunk_sums_[j * num_sums_ + k];
    const double* last = sums + options_.layer_inputs();
    const double count = std::max(last[kActive], 1.0);
    for (int k = 0; k < options_.layer_inputs(); k++) sums[k] /= count;
    for (int k = 0; k < 2; k++) {
      double factor = 1, excess = 1;
      if (options_.dynamic)
        factor /= sqrt(last[kSquare + k] / count + 1e-16);
      if (options_.limits_steps())
        excess = StepExcess(
            controls_[i], factor,
            last[kMoveSquare + k] / std::max<int64_t>(
                tensors_[i].size + tensors_[i].other_count, 1),
            last[kMoveSquare + k] / count);
      if (k == 0) shifts_[i] = RateShift(options_, controls_[i], excess);
      factors_[2 * i + k] = factor / excess * controls_[i].step_scale;
    }
  }
}

bool Stepper::Steps(int tensor) const {
  const double* last = &sums_[tensor * num_sums_ + options_.layer_inputs()];
  return !(options_.skip_nonfinite && last[kBad] > 0) &&
         !(options_.skip_zeros && last[kActive] == 0);
}

void Stepper::WriteHistories() {
  for (size_t i = 0; i < tensors_.size(); i++) {
    if (options_.skip_nonfinite &&
        sums_[i * num_sums_ + options_.layer_inputs() + kBad] > 0)
      continue;
    std::copy_n(controls_[i].history, kHistoryWidth,
                tensors_[i].slots[kHistory]);
  }
}

void Stepper::StepLayers() {
  const int num_inputs = options_.layer_inputs(), units = options_.units[1];
  std::vector<float> extra(3 * units);
  if (options_.levels > 2) {
    Map map(options_.units[2], 3 * units);
    map.Set(theta_[kLayerMatrix], theta_[kLayerBias]);
    const Affine affine = map.get();
    kernels_.affine(affine, 1, global_, extra.data(),
                    Scratch(AffineScratch(affine)));
  }
  const GruMaps maps(num_inputs, units, theta_[kGates1], theta_[kGateBias1],
                     theta_[kCandidate1], theta_[kCandidateBias1],
                     extra.data());
  const size_t count = tensors_.size();
  std::vector<float> inputs(count * num_inputs), state(count * units);
  for (size_t i = 0; i < count; i++) {
    std::copy_n(&sums_[i * num_sums_], num_inputs,
                inputs.begin() + i * num_inputs);
    std::copy_n(tensors_[i].slots[kLayer], units, state.begin() + i * units);
  }
  std::vector<float> updated(count * units);
  kernels_.gru(maps.gru, count, inputs.data(), state.data(), updated.data(),
               Scratch(GruScratch(maps.gru)));
  for (size_t i = 0; i < count; i++)
    if (Steps(i))
      std::copy_n(updated.begin() + i * units, units,
                  tensors_[i].slots[kLayer]);
}

void Stepper::StepGlobal() {
  const int num_inputs = options_.units[1], units = options_.units[2];
  const size_t count = tensors_.size();
  bool finite = false, active = false;
  std::vector<double> sums(num_inputs);
  for (size_t i = 0; i < count; i++) {
    const double* last = &sums_[i * num_sums_ + options_.layer_inputs()];
    finite |= last[kBad] == 0;
    active |= last[kActive] > 0;
    for (int j = 0; j < num_inputs; j++)
      sums[j] += tensors_[i].slots[kLayer][j];
  }
  if ((options_.skip_nonfinite && !finite) ||
      (options_.skip_zeros && !active))
    return;
  std::vector<float> inputs(num_inputs), updated(units);
  for (int j = 0; j < num_inputs; j++)
    inputs[j] = options_.last_input ? tensors_.back().slots[kLayer][j]
                                    : sums[j] / count;
  const GruMaps maps(num_inputs, units, theta_[kGates2], theta_[kGateBias2],
                     theta_[kCandidate2], theta_[kCandidateBias2]);
  kernels_.gru(maps.gru, 1, inputs.data(), global_, updated.data(),
               Scratch(GruScratch(maps.gru)));
  std::copy(updated.begin(), updated.end(), global_);
}

void Stepper::Write() {
  ForChunks(true, [&](int64_t i) {
    const Chunk& chunk = chunks_[i];
    const float factor = factors_[2 * chunk.tensor];
    if (shifts_[chunk.tensor] != 0) ShiftRates(chunk);
    if (options_.attention || !std::isfinite(factor)) {
      WriteChunk(chunk);
      return;
    }
    kernels_.subtract(
        chunk.rows, factor,
        moves_[0].get() + offsets_[chunk.tensor] + chunk.start,
        tensors_[chunk.tensor].variable + chunk.start);
  });
}

// See shifted in learning_rates.py.
void Stepper::ShiftRates(const Chunk& chunk) {
  const TensorState& tensor = tensors_[chunk.tensor];
  const float* gradient = tensor.gradient + chunk.start;
  float* log_rate = tensor.slots[kLogRate] + chunk.start;
  const float change = shifts_[chunk.tensor];
  for (int row = 0; row < chunk.rows; row++) {
    const bool skip =
        (options_.skip_zeros && gradient[row] == 0) ||
        (options_.skip_nonfinite && !std::isfinite(gradient[row]));
    const float shifted = std::max(log_rate[row] + change, kMinLogRate);
    log_rate[row] = skip ? log_rate[row] : shifted;
  }
}

// Writes parameters and locations, but for variables whose gradient is skipped.
void Stepper::WriteChunk(const Chunk& chunk) {
  const TensorState& tensor = tensors_[chunk.tensor];
  const float* factors = &factors_[2 * chunk.tensor];
  const int64_t at = offsets_[chunk.tensor] + chunk.start;
  const float* moves = moves_[0].get() + at;
  const float* gradient = tensor.gradient + chunk.start;
  float* variable = tensor.variable + chunk.start;
  for (int row = 0; row < chunk.rows; row++) {
    const bool skip = options_.skip_nonfinite && !std::isfinite(gradient[row]);
    if (!options_.attention) {
      if (!skip) variable[row] -= factors[0] * moves[row];
      continue;
    }
    float* parameter = tensor.slots[kTrueParam] + chunk.start + row;
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
