// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0

#include "step.h"

#include <math.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "kernels.h"

namespace learned_optimizer {
namespace {

// Rows of a tensor whose sums are added up in one go, by one thread.
const int kUnitRows = 32 * kBlockRows;

// Units whose loads and stores are all the work that there is.
const int kLightUnits = 16;

const int64_t kAlignment = 64;

float Sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

// In the order of the sum: TensorFlow's overflows where this does.
double SumOfSquares(const float* values, int count) {
  const int kParts = 16;  // The compiler makes registers of them.
  float parts[kParts] = {};
  int i = 0;
  for (; i + kParts <= count; i += kParts)
    for (int j = 0; j < kParts; j++) parts[j] += values[i + j] * values[i + j];
  double sum = 0;
  for (int j = 0; j < kParts; j++) sum += parts[j];
  for (; i < count; i++) sum += values[i] * values[i];
  return sum;
}

// Memory of a thread that is aligned and kept for the next time.
float* Scratch(int64_t floats) {
  static thread_local std::vector<float> memory;
  const size_t needed = floats + kAlignment / sizeof(float);
  if (memory.size() < needed) memory.resize(needed);
  const uintptr_t start = reinterpret_cast<uintptr_t>(memory.data());
  return reinterpret_cast<float*>((start + kAlignment - 1) / kAlignment *
                                  kAlignment);
}

// An `Affine` with the memory it needs.
class Map {
 public:
  Map(int inputs, int outputs)
      : matrix_(static_cast<int64_t>(inputs) * outputs), bias_(outputs) {
    map_.inputs = inputs;
    map_.outputs = outputs;
  }

  float& at(int input, int output) {
    // Tiles of kTile columns, the last one perhaps of fewer.
    const int64_t first = output / kTile * kTile;
    const int64_t width = std::min<int64_t>(kTile, map_.outputs - first);
    return matrix_[first * map_.inputs + input * width + output - first];
  }

  float& bias(int output) { return bias_[output]; }

  // Takes a matrix [inputs, outputs], and perhaps adds a bias.
  void Set(const float* matrix, const float* bias) {
    for (int i = 0; i < map_.inputs; i++)
      for (int j = 0; j < map_.outputs; j++)
        at(i, j) = matrix[static_cast<int64_t>(i) * map_.outputs + j];
    if (bias) Add(bias);
  }

  void Add(const float* bias) {
    for (int j = 0; j < map_.outputs; j++) bias_[j] += bias[j];
  }

  Affine get() const {
    Affine map = map_;
    map.tiles = matrix_.data();
    map.bias = bias_.data();
    return map;
  }

 private:
  Affine map_;
  std::vector<float> matrix_, bias_;
};

// A `Gru` with the memory it needs; an extra bias [3 units] may be given.
struct GruMaps {
  GruMaps(int seen, int units, const float* gates, const float* gate_bias,
          const float* candidate, const float* candidate_bias,
          const float* extra = nullptr)
      : gate_map(seen + units, 2 * units),
        candidate_map(seen + units, units) {
    gate_map.Set(gates, gate_bias);
    candidate_map.Set(candidate, candidate_bias);
    if (extra) {
      gate_map.Add(extra);
      candidate_map.Add(extra + 2 * units);
    }
    gru = {seen + units, units, gate_map.get(), candidate_map.get()};
  }

  Map gate_map, candidate_map;
  Gru gru;
};

// Some rows of a tensor.
struct Unit {
  int tensor;
  int64_t start;
  int rows;
};

class Stepper {
 public:
  Stepper(const Kernels& kernels, const Options& options,
          const float* const theta[kNumTheta],
          const std::vector<TensorState>& tensors, float* global,
          const ParallelFor& parallel);
  void Run();

 private:
  void FindUnits();
  // Calls a function for each unit; light ones are put together.
  void ForUnits(bool light, const std::function<void(int64_t)>& call);
  void FindMeanLogRates();
  void FindBiases();
  void MakeReadOut();
  void FindParameters(const Unit& unit);
  void StepLevel0();
  void AddUp();
  void StepLayers();
  void StepGlobal();
  void Write();
  void WriteUnit(const Unit& unit);
  // Whether the layer of a tensor is stepped.
  bool Steps(int tensor) const;

  const Kernels& kernels_;
  const Options& options_;
  const float* const* theta_;
  const std::vector<TensorState>& tensors_;
  float* global_;
  const ParallelFor& parallel_;
  const int num_sums_;

  std::vector<Unit> units_;
  std::vector<int64_t> first_unit_;  // Of each tensor, and their number.
  std::vector<int64_t> offsets_;     // Rows before each tensor, and all.
  std::vector<float> mean_log_rates_, biases_, factors_;
  std::vector<double> unit_sums_, sums_;
  std::unique_ptr<float[]> moves_[2];
  Level0 level_;
  std::unique_ptr<GruMaps> gru0_;
  std::unique_ptr<Map> read_out_;
};

Stepper::Stepper(const Kernels& kernels, const Options& options,
                 const float* const theta[kNumTheta],
                 const std::vector<TensorState>& tensors, float* global,
                 const ParallelFor& parallel)
    : kernels_(kernels), options_(options), theta_(theta), tensors_(tensors),
      global_(global), parallel_(parallel),
      num_sums_(options.seen() + kNumSums) {}

void Stepper::Run() {
  FindUnits();
  FindMeanLogRates();
  FindBiases();
  MakeReadOut();
  StepLevel0();
  AddUp();
  if (options_.levels > 1) StepLayers();
  if (options_.levels > 2) StepGlobal();
  Write();
}

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

void Stepper::FindMeanLogRates() {
  mean_log_rates_.assign(tensors_.size(), 0);
  if (!options_.dynamic || !options_.relative_rate) return;
  std::vector<double> sums(units_.size());
  ForUnits(true, [&](int64_t i) {
    const Unit& unit = units_[i];
    const float* rates = tensors_[unit.tensor].slots[kLogRate] + unit.start;
    const int kParts = 16;  // The compiler makes registers of them.
    float parts[kParts] = {};
    int row = 0;
    for (; row + kParts <= unit.rows; row += kParts)
      for (int j = 0; j < kParts; j++) parts[j] += rates[row + j];
    double sum = 0;
    for (int j = 0; j < kParts; j++) sum += parts[j];
    for (; row < unit.rows; row++) sum += rates[row];
    sums[i] = sum;
  });
  double all = 0;
  for (size_t i = 0; i < tensors_.size(); i++) {
    double sum = 0;
    for (int64_t j = first_unit_[i]; j < first_unit_[i + 1]; j++)
      sum += sums[j];
    mean_log_rates_[i] = sum / std::max<int64_t>(tensors_[i].size, 1);
    all += sum;
  }
  if (options_.problem_mean)
    mean_log_rates_.assign(tensors_.size(),
                           all / std::max<int64_t>(offsets_.back(), 1));
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
  level_.sees_features = o.seen() > o.units[0];
  level_.limited = o.max_relative_step > 0;
  level_.max_log_rate = o.max_log_rate;
  if (o.dynamic) {
    level_.momentum = Sigmoid(theta_[kMomentum][0]);
    level_.offset = theta_[kOffset][0];
  }
}

// Until its first step the parameter is where the variable is.
void Stepper::FindParameters(const Unit& unit) {
  const TensorState& tensor = tensors_[unit.tensor];
  for (int64_t i = unit.start; i < unit.start + unit.rows; i++)
    if (tensor.slots[kMeanSquare][i] == 0)
      tensor.slots[kTrueParam][i] = tensor.variable[i];
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
    if (options_.attention) FindParameters(unit);
    if (level_.limited)
      unit_sums_[i * num_sums_ + options_.seen() + kParameterSquare] =
          SumOfSquares((options_.attention ? tensor.slots[kTrueParam]
                                           : tensor.variable) + unit.start,
                       unit.rows);
    for (int row = 0; row < unit.rows; row += kBlockRows) {
      const int64_t at = unit.start + row;
      Block block;
      block.rows = std::min(kBlockRows, unit.rows - row);
      block.mean_log_rate = mean_log_rates_[unit.tensor];
      block.gradient = tensor.gradient + at;
      block.hidden = tensor.slots[kHidden] + at * units;
      block.scale_decay = tensor.slots[kScaleDecay] + at;
      block.input_decay = tensor.slots[kInputDecay] + at;
      block.log_rate =
          options_.dynamic ? tensor.slots[kLogRate] + at : nullptr;
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
  for (size_t i = 0; i < tensors_.size(); i++) {
    double* sums = &sums_[i * num_sums_];
    for (int64_t j = first_unit_[i]; j < first_unit_[i + 1]; j++)
      for (int k = 0; k < num_sums_; k++)
        sums[k] += unit_sums_[j * num_sums_ + k];
    const double* last = sums + options_.seen();
    const double count = std::max(last[kActive], 1.0);
    for (int k = 0; k < options_.seen(); k++) sums[k] /= count;
    // The most the root mean square of a step may be. A parameter that is not
    // finite is the first argument: so the limit is not, either.
    const double floor = options_.rms_floor;
    const double limit =
        options_.max_relative_step *
        sqrt(std::max(last[kParameterSquare] /
                          std::max<int64_t>(tensors_[i].size, 1),
                      floor * floor));
    for (int k = 0; k < 2; k++) {
      double factor = 1;
      if (options_.dynamic)
        factor /= sqrt(last[kSquare + k] / count + 1e-16);
      if (level_.limited) {
        const double ratio = factor / limit;
        factor /=
            sqrt(std::max(last[kMoveSquare + k] / count * ratio * ratio, 1.0));
      }
      factors_[2 * i + k] = factor;
    }
  }
}

bool Stepper::Steps(int tensor) const {
  const double* last = &sums_[tensor * num_sums_ + options_.seen()];
  return !(options_.skip_nonfinite && last[kBad] > 0) &&
         !(options_.skip_zeros && last[kActive] == 0);
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

}  // namespace

void Step(const Kernels& kernels, const Options& options,
          const float* const theta[kNumTheta],
          const std::vector<TensorState>& tensors, float* global,
          const ParallelFor& parallel) {
  Stepper(kernels, options, theta, tensors, global, parallel).Run();
}

}  // namespace learned_optimizer
