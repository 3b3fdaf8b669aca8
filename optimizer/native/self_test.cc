// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A step with some kernels beside the same with plain arithmetic.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "kernels.h"
#include "step.h"

namespace learned_optimizer {
namespace {

// Numbers from -1 to 1, the same ones each time.
class Numbers {
 public:
  float next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<int32_t>(state_ >> 32) / 2147483648.0f;
  }

  void Fill(int64_t count, float low, float high, std::vector<float>* values) {
    values->resize(count);
    for (float& value : *values)
      value = low + (high - low) * 0.5f * (1 + next());
  }

 private:
  uint64_t state_ = 1;
};

// Two tensors, several steps: all numbers that come out.
std::vector<float> Run(const Kernels& kernels, const Options& options) {
  Numbers numbers;
  std::vector<float> theta_values[kNumTheta];
  const float* theta[kNumTheta];
  for (int i = 0; i < kNumTheta; i++) {
    numbers.Fill(ThetaSize(options, i), -0.5, 0.5, &theta_values[i]);
    theta[i] = theta_values[i].data();
  }
  const int64_t sizes[] = {77, 128};
  std::vector<float> gradients[2], variables[2], slots[2][kNumSlots], global;
  std::vector<TensorState> tensors(2);
  for (int i = 0; i < 2; i++) {
    TensorState& tensor = tensors[i];
    tensor.size = sizes[i];
    numbers.Fill(sizes[i], -1, 1, &variables[i]);
    tensor.variable = variables[i].data();
    for (int j = 0; j < kNumSlots; j++) {
      float low = 0, high = 0;
      if (j == kHidden || j == kLayer) low = -1, high = 1;
      if (j == kLogRate) low = -9, high = -2;
      numbers.Fill(SlotSize(options, j, sizes[i]), low, high, &slots[i][j]);
      tensor.slots[j] = slots[i][j].data();
    }
  }
  numbers.Fill(options.levels > 2 ? options.units[2] : 1, -1, 1, &global);
  for (int step = 0; step < 3; step++) {
    for (int i = 0; i < 2; i++) {
      numbers.Fill(sizes[i], -20, 20, &gradients[i]);
      for (float& gradient : gradients[i])
        gradient = std::exp(gradient) * numbers.next();
      gradients[i][step] = step == 1 ? NAN : 0;
      tensors[i].gradient = gradients[i].data();
    }
    Step(kernels, options, theta, tensors, global.data(),
         [](int64_t count, const std::function<void(int64_t)>& call) {
           for (int64_t i = 0; i < count; i++) call(i);
         });
  }
  std::vector<float> results = global;
  for (int i = 0; i < 2; i++) {
    results.insert(results.end(), variables[i].begin(), variables[i].end());
    for (const auto& slot : slots[i])
      results.insert(results.end(), slot.begin(), slot.end());
  }
  return results;
}

}  // namespace

std::string SelfTest(const Kernels& kernels) {
  Options options = {};
  options.levels = 3;
  options.units[0] = 7;
  options.units[1] = 9;
  options.units[2] = 6;
  options.scales = 3;
  options.products = options.log_means = options.relative_rate = true;
  options.extremeness = options.log_rate = options.problem_mean = true;
  options.skip_zeros = options.skip_nonfinite = options.dynamic = true;
  options.attention = options.shortcut = true;
  options.learned_scale_decay = options.learned_input_decay = true;
  options.max_log_rate = 33;
  options.step_limit_fraction = 0.01;
  options.step_limit_excess = 2;
  options.step_limit_floor = 0.05;
  options.gradient_history_limit = 2;
  options.gradient_history_spike_power = 0.5;
  options.gradient_history_decay_power = 0.5;
  options.rate_decay_after = 3;
  options.rate_decay_power = 0.5;
  options.sparse_steps_power = 0.5;
  const std::vector<float> actual = Run(kernels, options);
  const std::vector<float> expected = Run(kPlainKernels, options);
  for (size_t i = 0; i < actual.size(); i++) {
    const float tolerance = 1e-3f * std::max(1.0f, std::fabs(expected[i]));
    if (!(std::fabs(actual[i] - expected[i]) <= tolerance))
      return std::string(kernels.name) + " instructions give " +
             std::to_string(actual[i]) + " for " +
             std::to_string(expected[i]);
  }
  return "";
}

}  // namespace learned_optimizer
