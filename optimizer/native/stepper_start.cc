// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What a step has to know before any row is stepped.

#include <math.h>

#include <algorithm>
#include <cmath>

#include "stepper.h"

namespace learned_optimizer {
namespace {

// Rows of a tensor whose sums are added up in one go, by one thread.
const int kChunkRows = 32 * kBlockRows;

// Chunks whose loads and stores are all the work that there is.
const int kLightChunks = 16;

float Sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

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

}  // namespace

void Stepper::FindChunks() {
  int64_t total = 0;
  for (size_t i = 0; i < tensors_.size(); i++) {
    first_chunk_.push_back(chunks_.size());
    offsets_.push_back(total);
    const int64_t size = tensors_[i].size;
    for (int64_t start = 0; start < size; start += kChunkRows)
      chunks_.push_back({static_cast<int>(i), start,
                        static_cast<int>(std::min<int64_t>(
                            kChunkRows, size - start))});
    total += size;
  }
  first_chunk_.push_back(chunks_.size());
  offsets_.push_back(total);
}

void Stepper::ForChunks(bool light, const std::function<void(int64_t)>& call) {
  const int64_t together = light ? kLightChunks : 1;
  const int64_t count = chunks_.size();
  parallel_((count + together - 1) / together, [&](int64_t part) {
    const int64_t end = std::min(count, (part + 1) * together);
    for (int64_t i = part * together; i < end; i++) call(i);
  });
}

void Stepper::Measure() {
  const Options& o = options_;
  contexts_.assign(tensors_.size(), TensorContext());
  controls_.assign(tensors_.size(), Controls());
  if (!(o.relative_rate || o.limits_steps() || o.has_history() || o.attention))
    return;
  std::vector<double> chunk_sums(chunks_.size() * kNumTensorSums);
  ForChunks(true, [&](int64_t i) {
    MeasureChunk(chunks_[i], &chunk_sums[i * kNumTensorSums]);
  });
  double all_rates = 0, all_count = 0;
  for (size_t i = 0; i < tensors_.size(); i++) {
    double sums[kNumTensorSums] = {};
    std::copy_n(tensors_[i].other_sums, kNumElementSums, sums);
    for (int64_t j = first_chunk_[i]; j < first_chunk_[i + 1]; j++)
      for (int k = 0; k < kNumTensorSums; k++)
        sums[k] += chunk_sums[j * kNumTensorSums + k];
    const int64_t size = tensors_[i].size + tensors_[i].other_count;
    const double count = std::max<int64_t>(size, 1);
    contexts_[i].mean_log_rate = sums[kRates] / count;
    all_rates += sums[kRates];
    all_count += size;
    controls_[i] = Stabilize(o, sums, count, tensors_[i].slots[kHistory]);
    contexts_[i].gradient_scale = controls_[i].gradient_scale;
  }
  if (!o.problem_mean) return;
  for (TensorContext& context : contexts_)
    context.mean_log_rate = all_rates / std::max(all_count, 1.0);
}

void Stepper::MeasureChunk(const Chunk& chunk, double* sums) {
  const TensorState& tensor = tensors_[chunk.tensor];
  const int64_t start = chunk.start;
  const int rows = chunk.rows;
  if (options_.attention) FindParameters(chunk);
  if (options_.relative_rate) {
    const float* rates = tensor.slots[kLogRate] + start;
    sums[kRates] = SumOfEach(rows, [rates](int i) { return rates[i]; });
  }
  if (options_.limits_steps()) {
    const float* values = (options_.attention ? tensor.slots[kTrueParam]
                                              : tensor.variable) + start;
    sums[kSquares] = SumOfEach(rows, [values](int i) {
      return values[i] * values[i];
    });
  }
  if (options_.decays_rates()) {
    const float* steps = tensor.slots[kNumSteps] + start;
    sums[kSteps] = SumOfEach(rows, [steps](int i) { return steps[i]; });
  }
  if (!options_.has_history()) return;
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
  if (!options_.has_sparse_steps()) return;
  const float* steps = tensor.slots[kNumSteps] + start;
  sums[kActiveSteps] = SumOfEach(rows, [is_nonzero, steps](int i) {
    return is_nonzero(i) ? steps[i] + 1 : 0.0f;
  });
}

// Until its first step the parameter is where the variable is.
void Stepper::FindParameters(const Chunk& chunk) {
  const TensorState& tensor = tensors_[chunk.tensor];
  for (int64_t i = chunk.start; i < chunk.start + chunk.rows; i++)
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
  level_.scale_decays = o.scale_decays;
  level_.skip_zeros = o.skip_zeros;
  level_.skip_nonfinite = o.skip_nonfinite;
  level_.dynamic = o.dynamic;
  level_.passes_features = o.layer_inputs() > o.units[0];
  level_.limits_steps = o.limits_steps();
  level_.has_history = o.has_history();
  level_.max_log_rate = o.max_log_rate;
  level_.rate_decay_after = o.rate_decay_after;
  level_.rate_decay_power = o.rate_decay_power;
  if (o.dynamic) {
    level_.momentum = Sigmoid(theta_[kMomentum][0]);
    level_.offset = theta_[kOffset][0];
  }
}

}  // namespace learned_optimizer
