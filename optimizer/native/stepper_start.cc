// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What a step has to know before any row is stepped.

#include <math.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "stepper.h"

namespace learned_optimizer {
namespace {

// Rows of a tensor whose sums are added up in one go, by one thread.
const int kUnitRows = 32 * kBlockRows;

// Units whose loads and stores are all the work that there is.
const int kLightUnits = 16;

float Sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

// See tensor_statistics.py.
const double kLeastGradient = std::numeric_limits<float>::min();
const float kHistoryDecays[] = {0.9f, 0.99f, 1.0f};
const float kMostTrend = 10;
const double kLeastFrequency = 0.01;  // See step_numbers.py.
const float kLogOfFirst = 13.862943611f;
const float kMostLogScale = 88;

// Sums over a tensor's rows: of log rates, squared parameters, gradients'
// magnitudes, how many gradients are not zero, steps made, and steps with this
// one where the gradient is not zero.
enum LookSum {
  kRates, kSquares, kMagnitudes, kNonzero, kSteps, kActiveSteps, kNumLooks
};

// The sum of function(0) to function(count - 1), in float, as TensorFlow's
// overflows where this does.
template <typename Function>
double SumOfEach(int count, const Function& function) {
  const int kParts = 16;  // The compiler makes registers of them.
  float parts[kParts] = {};
  int i = 0;
  for (; i + kParts <= count; i += kParts)
    for (int j = 0; j < kParts; j++) parts[j] += function(i + j);
  double sum = 0;
  for (int j = 0; j < kParts; j++) sum += parts[j];
  for (; i < count; i++) sum += function(i);
  return sum;
}

// Log of the mean magnitude of `count` numbers. What is not a number comes
// first, and stays.
float LogMean(double magnitudes, double count) {
  return std::log(std::max(magnitudes / std::max(count, 1.0), kLeastGradient));
}

bool Counts(float log_mean) {
  return log_mean > std::log(kLeastGradient) + 1e-4;
}

// See step_history there.
void NextHistory(float log_mean, bool skip_zeros, const float* old,
                 float* anew) {
  std::copy_n(old, kHistoryWidth, anew);
  const float begun = old[3];
  if (!Counts(log_mean) && (skip_zeros || !(begun > 0))) return;
  for (int i = 0; i < 3; i++)
    anew[i] = log_mean + begun * kHistoryDecays[i] * (old[i] - log_mean);
  anew[3] = 1;
}

// Log of the mean of two numbers whose logs are given.
float MeanWith(float old, float anew, float decay) {
  const float distance = old - anew;
  return anew + std::max(distance, 0.0f) +
         std::log(decay * std::exp(std::min(distance, 0.0f)) +
                  (1 - decay) * std::exp(std::min(-distance, 0.0f)));
}

}  // namespace

void Stepper::FindUnits() {
  int64_t total = 0;
  for (size_t i = 0; i < tensors_.size(); i++) {
    first_unit_.push_back(units_.size());
    offsets_.push_back(total);
    const int64_t size = tensors_[i].size;
    for (int64_t start = 0; start < size; start += kUnitRows)
      units_.push_back({static_cast<int>(i), start,
                        static_cast<int>(std::min<int64_t>(
                            kUnitRows, size - start))});
    total += size;
  }
  first_unit_.push_back(units_.size());
  offsets_.push_back(total);
}

void Stepper::ForUnits(bool light, const std::function<void(int64_t)>& call) {
  const int64_t together = light ? kLightUnits : 1;
  const int64_t count = units_.size();
  parallel_((count + together - 1) / together, [&](int64_t part) {
    const int64_t end = std::min(count, (part + 1) * together);
    for (int64_t i = part * together; i < end; i++) call(i);
  });
}

void Stepper::Look() {
  const Options& o = options_;
  views_.assign(tensors_.size(), View());
  limits_.assign(tensors_.size(), 0);
  jumps_.assign(tensors_.size(), 0);
  shares_.assign(tensors_.size(), 1);
  histories_.assign(o.history() ? tensors_.size() * kHistoryWidth : 0, 0);
  units_of_gradients_.assign(
      o.relative() ? tensors_.size() * kHistoryWidth : 0, 0);
  if (!(o.relative_rate || o.sizes() || o.history() || o.relative() ||
        o.attention))
    return;
  std::vector<double> unit_sums(units_.size() * kNumLooks);
  ForUnits(true, [&](int64_t i) {
    LookAtUnit(units_[i], &unit_sums[i * kNumLooks]);
  });
  double all_rates = 0;
  for (size_t i = 0; i < tensors_.size(); i++) {
    double sums[kNumLooks] = {};
    for (int64_t j = first_unit_[i]; j < first_unit_[i + 1]; j++)
      for (int k = 0; k < kNumLooks; k++)
        sums[k] += unit_sums[j * kNumLooks + k];
    const double count = std::max<int64_t>(tensors_[i].size, 1);
    views_[i].mean_log_rate = sums[kRates] / count;
    all_rates += sums[kRates];
    double slowness = 1;
    if (o.counts_steps())
      slowness = std::min(o.slow_rates_after / (sums[kSteps] / count + 1), 1.0);
    if (o.sizes()) {
      // A parameter that is not finite is the first argument: so the size is
      // not, either.
      const double floor = o.rms_floor;
      const double size =
          sqrt(std::max(sums[kSquares] / count, floor * floor));
      views_[i].log_size = log(size);
      limits_[i] = o.max_relative_step * size * sqrt(slowness);
    }
    if (o.history()) StepHistory(i, sums);
    if (o.relative()) FindScale(i, slowness, sums);
  }
  if (!o.problem_mean) return;
  for (View& view : views_)
    view.mean_log_rate = all_rates / std::max<int64_t>(offsets_.back(), 1);
}

void Stepper::LookAtUnit(const Unit& unit, double* sums) {
  const TensorState& tensor = tensors_[unit.tensor];
  const int64_t start = unit.start;
  const int rows = unit.rows;
  if (options_.attention) FindParameters(unit);
  if (options_.relative_rate) {
    const float* rates = tensor.slots[kLogRate] + start;
    sums[kRates] = SumOfEach(rows, [rates](int i) { return rates[i]; });
  }
  if (options_.sizes()) {
    const float* values = (options_.attention ? tensor.slots[kTrueParam]
                                              : tensor.variable) + start;
    sums[kSquares] = SumOfEach(rows, [values](int i) {
      return values[i] * values[i];
    });
  }
  if (options_.counts_steps()) {
    const float* steps = tensor.slots[kNumSteps] + start;
    sums[kSteps] = SumOfEach(rows, [steps](int i) { return steps[i]; });
  }
  if (!(options_.history() || options_.relative())) return;
  const float* gradient = tensor.gradient + start;
  const bool skip = options_.skip_nonfinite;
  sums[kMagnitudes] = SumOfEach(rows, [gradient, skip](int i) {
    const float magnitude = std::fabs(gradient[i]);
    const bool counts = !skip || magnitude < INFINITY;
    return counts ? std::min(magnitude, kMostGradient) : 0.0f;
  });
  const auto is_nonzero = [gradient, skip](int i) {
    const bool counts = !skip || std::fabs(gradient[i]) < INFINITY;
    return counts && gradient[i] != 0;
  };
  sums[kNonzero] = SumOfEach(rows, [is_nonzero](int i) {
    return is_nonzero(i) ? 1.0f : 0.0f;
  });
  if (!(options_.rare_step_power > 0)) return;
  const float* steps = tensor.slots[kNumSteps] + start;
  sums[kActiveSteps] = SumOfEach(rows, [is_nonzero, steps](int i) {
    return is_nonzero(i) ? steps[i] + 1 : 0.0f;
  });
}

// What the history becomes is only written once it is known that the tensor's
// gradient is finite.
void Stepper::StepHistory(int tensor, const double* sums) {
  const bool skip_zeros = options_.skip_zeros;
  const double count = skip_zeros ? sums[kNonzero] : tensors_[tensor].size;
  float* anew = &histories_[tensor * kHistoryWidth];
  NextHistory(LogMean(sums[kMagnitudes], count), skip_zeros,
              tensors_[tensor].slots[kHistory], anew);
  const auto clipped = [](float x) {
    return std::max(std::min(x, kMostTrend), -kMostTrend);
  };
  views_[tensor].trend = clipped(anew[0] - anew[1]);
  views_[tensor].change = clipped(anew[0] - anew[2]);
}

// See relative_scales there.
void Stepper::FindScale(int tensor, double slowness, const double* sums) {
  const float* old = tensors_[tensor].slots[kUnit];
  float* anew = &units_of_gradients_[tensor * kHistoryWidth];
  const float log_mean = LogMean(sums[kMagnitudes], sums[kNonzero]);
  std::copy_n(old, kHistoryWidth, anew);
  const float count = old[3];
  const bool begun = count > 0;
  float jump = 0;
  if (begun)
    jump = std::max(log_mean - std::log(options_.max_relative_gradient) -
                        std::max(old[0], old[1]),
                    0.0f);
  if (Counts(log_mean)) {
    const float limited = log_mean - jump;
    for (int i = 0; i < 2; i++)
      anew[i] = begun ? MeanWith(old[i], limited, kHistoryDecays[i]) : limited;
    if (!begun) anew[2] = limited;
  }
  anew[3] = begun || Counts(log_mean) ? count + 1 : count;
  jumps_[tensor] = jump;
  const float fall = std::max(anew[1] - anew[0] - 1, 0.0f);
  const double late = options_.counts_steps() ? 1 - slowness : 1;
  shares_[tensor] = exp(-options_.gradient_fall_power * late * fall);
  if (options_.rare_step_power > 0) {
    // See rare_steps in step_numbers.py.
    const double frequency = sums[kActiveSteps] /
                             std::max(sums[kNonzero], 1.0) /
                             std::max(anew[3], 1.0f);
    shares_[tensor] *= pow(
        std::max(std::min(frequency, 1.0), kLeastFrequency),
        -options_.rare_step_power);
  }
  views_[tensor].scale =
      std::exp(std::min(kLogOfFirst - anew[2] - jump, kMostLogScale));
}

// Until its first step the parameter is where the variable is.
void Stepper::FindParameters(const Unit& unit) {
  const TensorState& tensor = tensors_[unit.tensor];
  for (int64_t i = unit.start; i < unit.start + unit.rows; i++)
    if (tensor.slots[kMeanSquare][i] == 0)
      tensor.slots[kTrueParam][i] = tensor.variable[i];
}

// The biases of each tensor's GRU of level 0, its own ones included.
void Stepper::FindBiases() {
  const int units = options_.units[0];
  std::vector<float> own(3 * units);
  std::copy_n(theta_[kGateBias0], 2 * units, own.begin());
  std::copy_n(theta_[kCandidateBias0], units, own.begin() + 2 * units);
  if (options_.levels > 2) {
    Map map(options_.units[2], 3 * units);
    map.Set(theta_[kGlobalMatrix], theta_[kGlobalBias]);
    map.Add(own.data());
    const Affine affine = map.get();
    kernels_.affine(affine, 1, global_, own.data(),
                    Scratch(AffineScratch(affine)));
  }
  biases_.resize(tensors_.size() * 3 * units);
  if (options_.levels == 1) {
    for (size_t i = 0; i < tensors_.size(); i++)
      std::copy(own.begin(), own.end(), biases_.begin() + i * 3 * units);
    return;
  }
  Map map(options_.units[1], 3 * units);
  map.Set(theta_[kParamMatrix], theta_[kParamBias]);
  map.Add(own.data());
  const Affine affine = map.get();
  std::vector<float> layers(tensors_.size() * options_.units[1]);
  for (size_t i = 0; i < tensors_.size(); i++)
    std::copy_n(tensors_[i].slots[kLayer], options_.units[1],
                layers.begin() + i * options_.units[1]);
  kernels_.affine(affine, tensors_.size(), layers.data(), biases_.data(),
                  Scratch(AffineScratch(affine)));
}

void Stepper::MakeReadOut() {
  const Options& o = options_;
  gru0_.reset(new GruMaps(o.features(), o.units[0], theta_[kGates0],
                          theta_[kGateBias0], theta_[kCandidate0],
                          theta_[kCandidateBias0]));
  level_ = Level0();
  int outputs = 0;
  level_.update = outputs++;
  level_.attention = o.attention ? outputs++ : -1;
  level_.rate = o.dynamic ? outputs++ : -1;
  level_.scale_decay = o.learned_scale_decay ? outputs++ : -1;
  level_.input_decay = o.learned_input_decay ? outputs++ : -1;
  read_out_.reset(new Map(o.units[0] + o.scales, outputs));
  const struct {
    int output;
    Theta weights, bias, shortcut;  // kNumTheta: none.
  } rows[] = {
      {level_.update, kUpdate, kNumTheta, kShortcut},
      {level_.attention, kAttention, kNumTheta, kAttentionShortcut},
      {level_.rate, kRateWeights, kRateBias, kNumTheta},
      {level_.scale_decay, kScaleWeights, kScaleBias, kNumTheta},
      {level_.input_decay, kInputWeights, kInputBias, kNumTheta}};
  for (const auto& row : rows) {
    if (row.output < 0) continue;
    for (int i = 0; i < o.units[0]; i++)
      read_out_->at(i, row.output) = theta_[row.weights][i];
    if (row.bias != kNumTheta)
      read_out_->bias(row.output) = theta_[row.bias][0];
    if (row.shortcut != kNumTheta && o.shortcut)
      for (int i = 0; i < o.scales; i++)
        read_out_->at(o.units[0] + i, row.output) = theta_[row.shortcut][i];
  }
  level_.gru = gru0_->gru;
  level_.read_out = read_out_->get();
  level_.scales = o.scales;
  level_.products = o.products;
  level_.log_means = o.log_means;
  level_.relative_rate = o.relative_rate;
  level_.extremeness = o.extremeness;
  level_.log_rate = o.log_rate;
  level_.rate_over_size = o.rate_over_size;
  level_.trend = o.trend;
  level_.change = o.change;
  level_.scale_decays = o.scale_decays;
  level_.skip_zeros = o.skip_zeros;
  level_.skip_nonfinite = o.skip_nonfinite;
  level_.dynamic = o.dynamic;
  level_.sees_features = o.seen() > o.units[0];
  level_.limited = o.max_relative_step > 0;
  level_.relative = o.relative();
  level_.max_log_rate = o.max_log_rate;
  level_.slow_rates_after = o.slow_rates_after;
  level_.slow_rates_power = o.slow_rates_power;
  if (o.dynamic) {
    level_.momentum = Sigmoid(theta_[kMomentum][0]);
    level_.offset = theta_[kOffset][0];
  }
}

}  // namespace learned_optimizer
