// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Steps arrays natively, without TensorFlow: all kernels beside plain ones.
//
//   kernels_main [elements]
//
// `elements` is the size of the largest tensor, 1,000,000 by default. Returns
// 0 if all is well, or else prints what is not.

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "kernels.h"
#include "step.h"

namespace learned_optimizer {
namespace {

struct Tensor {
  std::vector<float> gradient, variable, slots[kNumSlots];
};

// Everything that a step needs.
struct Model {
  Options options;
  std::vector<float> theta[kNumTheta];
  std::vector<Tensor> tensors;
  std::vector<float> global;
};

// Numbers that are the same each time.
class Numbers {
 public:
  // From low to high.
  double next(double low, double high) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return low + (high - low) * ((state_ >> 11) / 9007199254740992.0);
  }

  void Fill(int64_t count, double low, double high,
            std::vector<float>* values) {
    values->resize(count);
    for (float& value : *values) value = next(low, high);
  }

 private:
  uint64_t state_ = 1;
};

enum Gradients {
  kOrdinary, kSixtyDecades, kZerosAndNan, kNan, kInfinite, kDenormal, kZeros
};
const char* const kGradientNames[] = {
    "ordinary", "sixty decades", "zeros and NaN", "NaN", "infinite",
    "denormal", "zeros"};

float Gradient(Gradients kind, Numbers* numbers) {
  const double sign = numbers->next(-1, 1) < 0 ? -1 : 1;
  const double choice = numbers->next(0, 1);
  switch (kind) {
    case kOrdinary: return sign * pow(10, numbers->next(-3, 3));
    case kSixtyDecades: return sign * pow(10, numbers->next(-30, 30));
    case kZerosAndNan:
      return choice < 0.5 ? 0 : choice < 0.6 ? NAN : sign;
    case kNan: return NAN;
    case kInfinite: return sign * INFINITY;
    case kDenormal: return sign * numbers->next(1e-45, 1e-39);
    case kZeros: return 0;
  }
  return 0;
}

Model MakeModel(const Options& options, const std::vector<int64_t>& sizes) {
  Model model;
  Numbers numbers;
  model.options = options;
  for (int i = 0; i < kNumTheta; i++)
    numbers.Fill(ThetaSize(options, i), -0.5, 0.5, &model.theta[i]);
  for (int64_t size : sizes) {
    model.tensors.emplace_back();
    Tensor& tensor = model.tensors.back();
    numbers.Fill(size, -1, 1, &tensor.variable);
    for (int j = 0; j < kNumSlots; j++) {
      double low = 0, high = 0;
      if (j == kHidden || j == kLayer) low = -1, high = 1;
      if (j == kLogRate) low = -9, high = -2;
      if (j == kNumSteps) high = 9;
      numbers.Fill(SlotSize(options, j, size), low, high, &tensor.slots[j]);
    }
    // Every other tensor has had gradients.
    if (options.has_history() && model.tensors.size() % 2) {
      numbers.Fill(kHistoryWidth, -3, 3, &tensor.slots[kHistory]);
      tensor.slots[kHistory][3] = 12;
    }
  }
  numbers.Fill(options.levels > 2 ? options.units[2] : 0, -1, 1,
               &model.global);
  return model;
}

// Whoever is ready takes the next call.
void InThreads(int count, int64_t calls,
               const std::function<void(int64_t)>& call) {
  std::atomic<int64_t> next(0);
  const auto take = [&] {
    for (int64_t i; (i = next.fetch_add(1)) < calls;) call(i);
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < count; i++) threads.emplace_back(take);
  take();
  for (std::thread& thread : threads) thread.join();
}

void StepNatively(const Kernels& kernels, int threads, Model* model) {
  const float* theta[kNumTheta];
  for (int i = 0; i < kNumTheta; i++) theta[i] = model->theta[i].data();
  std::vector<TensorState> tensors;
  for (Tensor& tensor : model->tensors) {
    TensorState state = {};
    state.size = tensor.variable.size();
    state.gradient = tensor.gradient.data();
    state.variable = tensor.variable.data();
    for (int i = 0; i < kNumSlots; i++) state.slots[i] = tensor.slots[i].data();
    tensors.push_back(state);
  }
  Step(kernels, model->options, theta, tensors, model->global.data(),
       [threads](int64_t calls, const std::function<void(int64_t)>& call) {
         InThreads(threads, calls, call);
       });
}

// Numbers that a step changes.
struct Part {
  std::string name;
  const std::vector<float>* values;
  const Tensor* tensor;  // Whose they are.
};

std::vector<Part> Parts(const Model& model) {
  std::vector<Part> parts;
  for (const Tensor& tensor : model.tensors) {
    parts.push_back({"variable", &tensor.variable, &tensor});
    for (int i = 0; i < kNumSlots; i++)
      parts.push_back({SlotName(i), &tensor.slots[i], &tensor});
  }
  parts.push_back({"global", &model.global, nullptr});
  return parts;
}

// What a number may be off beside its error: the last bits of itself, and of
// what it is the difference of.
double LastBits(const Part& part, size_t row) {
  double size = fabs((*part.values)[row]);
  if (part.name.compare(0, 2, "ms") == 0) {
    // m' = g^2 + s (m - g^2) loses digits where s is near 1.
    const int scale = atoi(part.name.c_str() + 2) - 1;
    size += 4 * pow(part.tensor->slots[kAverage + scale][row], 2);
  }
  return 1.2e-7 * size;
}

class Checker {
 public:
  Checker() {
    for (const char* name : {"avx512", "avx2", "baseline", "plain"}) {
      const Kernels* kernels = FindKernels(name);
      if (kernels)
        kernels_.push_back(kernels);
      else
        printf("This processor has no %s.\n", name);
    }
  }

  // Steps with all kernels, from the same state each time.
  void Check(const Options& options, const std::vector<int64_t>& sizes,
             const std::vector<Gradients>& steps) {
    Model model = MakeModel(options, sizes);
    Numbers numbers;
    for (Gradients kind : steps) {
      for (Tensor& tensor : model.tensors) {
        tensor.gradient.resize(tensor.variable.size());
        for (float& gradient : tensor.gradient)
          gradient = Gradient(kind, &numbers);
      }
      Model expected = model;
      StepNatively(kPlainKernels, 1, &expected);
      Model next;
      for (const Kernels* kernels : kernels_) {
        next = model;
        StepNatively(*kernels, 1, &next);
        Compare(kernels->name, kGradientNames[kind], model, next, expected);
        Model threaded = model;
        StepNatively(*kernels, 3, &threaded);
        CompareBits(kernels->name, next, threaded);
      }
      model = next;
    }
  }

  int failures() const { return failures_; }
  int64_t comparisons() const { return comparisons_; }
  double worst() const { return worst_; }

 private:
  void Compare(const char* kernels, const char* kind,
               const Model& before, const Model& actual, const Model& right) {
    const std::vector<Part> olds = Parts(before), ones = Parts(actual);
    const std::vector<Part> others = Parts(right);
    for (size_t i = 0; i < others.size(); i++) {
      const std::string& name = others[i].name;
      const std::vector<float>& values = *others[i].values;
      // Variables and averages are as exact as the largest.
      const bool moves = name == "variable" || name == "true_param";
      const bool averages = name.compare(0, 10, "grad_accum") == 0;
      const bool squares = name.compare(0, 2, "ms") == 0;
      double largest = 0;
      for (size_t j = 0; j < values.size(); j++) {
        const double size =
            fabs(values[j] - (moves ? (*olds[i].values)[j] : 0));
        if (size > largest) largest = size;
      }
      for (size_t j = 0; j < values.size(); j++) {
        const double one = (*ones[i].values)[j];
        const double scale = moves || averages ? largest
                             : squares         ? 10 * fabs(values[j])
                                               : 1;
        const double error = fabs(one - values[j]) - LastBits(others[i], j);
        comparisons_++;
        if (std::isfinite(error) && scale > 0)
          worst_ = std::max(worst_, error / scale);
        if (std::isfinite(values[j]) ? error <= kTolerance * scale
                                     : !std::isfinite(one))
          continue;
        if (failures_++ < kMostLines)
          printf("%s, %s gradients: %s is %.9g and should be %.9g, in row %d\n",
                 kernels, kind, name.c_str(), one, values[j],
                 static_cast<int>(j));
        break;
      }
    }
  }

  void CompareBits(const char* kernels, const Model& one, const Model& other) {
    const std::vector<Part> ones = Parts(one), others = Parts(other);
    for (size_t i = 0; i < ones.size(); i++) {
      const std::vector<float>& values = *ones[i].values;
      if (values.empty() || !memcmp(values.data(), others[i].values->data(),
                                    values.size() * sizeof(float)))
        continue;
      if (failures_++ < kMostLines)
        printf("%s: %s depends on the number of threads\n", kernels,
               ones[i].name.c_str());
    }
  }

  // Twice the largest error there is.
  static constexpr double kTolerance = 5e-5;
  static const int kMostLines = 20;
  std::vector<const Kernels*> kernels_;
  int failures_ = 0;
  int64_t comparisons_ = 0;
  double worst_ = 0;
};

Options Default() {
  Options options = {};
  options.levels = 3;
  options.units[0] = 10;
  options.units[1] = options.units[2] = 20;
  options.scales = 4;
  options.products = options.log_means = options.relative_rate = true;
  options.problem_mean = options.skip_nonfinite = options.dynamic = true;
  options.shortcut = true;
  options.learned_scale_decay = options.learned_input_decay = true;
  options.max_log_rate = 33;
  options.step_limit_floor = 0.05;
  options.rate_decay_power = 1;
  return options;
}

std::vector<Options> ManyOptions() {
  std::vector<Options> all(13, Default());
  all[1].levels = 2;
  all[1].attention = all[1].skip_zeros = true;
  all[2].levels = 1;
  all[2].units[0] = 1;
  all[2].dynamic = all[2].relative_rate = false;
  all[3].scales = 1;
  all[3].products = all[3].learned_input_decay = false;
  all[4].extremeness = all[4].log_rate = all[4].last_input = true;
  all[4].problem_mean = all[4].learned_scale_decay = false;
  all[5].step_limit_fraction = 1e-3;
  all[5].step_limit_excess = 2;
  all[6] = all[5];
  all[6].attention = all[6].skip_zeros = true;
  all[6].units[0] = 7;
  all[6].units[1] = 9;
  all[6].units[2] = 3;
  all[7].products = all[7].log_means = all[7].relative_rate = false;
  all[7].shortcut = false;
  all[7].max_log_rate = -4;
  all[8].scales = 3;
  all[8].scale_decays = true;
  all[9].gradient_history_limit = 1.5;
  all[9].gradient_history_spike_power = 0.1;
  all[9].gradient_history_decay_power = 0.5;
  all[10] = all[6];
  all[10].gradient_history_limit = 1.5;
  all[11].rate_decay_after = 5;
  all[12] = all[10];
  all[12].rate_decay_after = 1;
  all[12].rate_decay_power = 0.5;
  all[12].gradient_history_spike_power = 0.5;
  all[12].gradient_history_decay_power = 0.25;
  all[12].sparse_steps_power = 0.5;
  return all;
}

int Run(int64_t elements) {
  Checker checker;
  const std::vector<int64_t> sizes = {3, 0, 1, 15, 16, 17, 31, 33, 63, 65, 129};
  const std::vector<Gradients> steps = {
      kOrdinary, kZerosAndNan, kOrdinary, kNan, kZeros, kInfinite, kOrdinary};
  for (const Options& options : ManyOptions()) {
    checker.Check(options, sizes, steps);
    checker.Check(options, {0}, {kOrdinary, kNan});
    checker.Check(options, {1}, steps);
    checker.Check(options, {2500, 4097}, {kOrdinary, kZerosAndNan});
    checker.Check(options, sizes, {kDenormal, kDenormal});
    checker.Check(options, sizes, {kSixtyDecades, kSixtyDecades});
  }
  Options nothing_skipped = Default();
  nothing_skipped.skip_nonfinite = false;
  checker.Check(nothing_skipped, sizes, steps);
  checker.Check(Default(), {elements, 17}, {kOrdinary});
  printf("%lld numbers compared, the worst %.1e off; %d failures\n",
         static_cast<long long>(checker.comparisons()), checker.worst(),
         checker.failures());
  return checker.failures() ? 1 : 0;
}

}  // namespace
}  // namespace learned_optimizer

int main(int argc, char** argv) {
  return learned_optimizer::Run(argc > 1 ? atoll(argv[1]) : 1000000);
}
