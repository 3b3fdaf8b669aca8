// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The hierarchical RNN's step in doubles, one row and one number after the
// other, as one would write it on paper.

#ifndef TESTS_OPTIMIZER_NATIVE_STEP_ORACLE_H_
#define TESTS_OPTIMIZER_NATIVE_STEP_ORACLE_H_

#include <math.h>
#include <stddef.h>

#include <algorithm>
#include <vector>

#include "step.h"

namespace learned_optimizer {

template <typename T>
struct Tensor {
  std::vector<T> gradient, variable, slots[kNumSlots];
};

// Everything that a step needs.
template <typename T>
struct Model {
  Options options;
  std::vector<T> theta[kNumTheta];
  std::vector<Tensor<T>> tensors;
  std::vector<T> global;
};

inline std::vector<double> ToDoubles(const std::vector<float>& values) {
  return std::vector<double>(values.begin(), values.end());
}

inline Model<double> ToDoubles(const Model<float>& model) {
  Model<double> copy;
  copy.options = model.options;
  for (int i = 0; i < kNumTheta; i++) copy.theta[i] = ToDoubles(model.theta[i]);
  for (const Tensor<float>& tensor : model.tensors) {
    copy.tensors.emplace_back();
    copy.tensors.back().gradient = ToDoubles(tensor.gradient);
    copy.tensors.back().variable = ToDoubles(tensor.variable);
    for (int i = 0; i < kNumSlots; i++)
      copy.tensors.back().slots[i] = ToDoubles(tensor.slots[i]);
  }
  copy.global = ToDoubles(model.global);
  return copy;
}

class Oracle {
 public:
  explicit Oracle(Model<double>* model) : m_(*model), o_(model->options) {}

  void Step() {
    LookAtTensors();
    const Vector old_global = m_.global;
    bool some_finite = false, some_active = false;
    for (size_t i = 0; i < m_.tensors.size(); i++) {
      StepTensor(i, old_global);
      some_finite |= finite_;
      some_active |= active_ > 0;
    }
    if (o_.levels < 3 || (o_.skip_nonfinite && !some_finite) ||
        (o_.skip_zeros && !some_active))
      return;
    Vector mean(o_.units[1]);
    for (const Tensor<double>& tensor : m_.tensors)
      for (int j = 0; j < o_.units[1]; j++)
        mean[j] += tensor.slots[kLayer][j] / m_.tensors.size();
    if (o_.last_input) mean = m_.tensors.back().slots[kLayer];
    m_.global = Gru(mean, old_global, kGates2, kGateBias2, kCandidate2,
                    kCandidateBias2, Vector(3 * o_.units[2]));
  }

 private:
  typedef std::vector<double> Vector;

  static double Least() { return 1.1754943508222875e-38; }

  // What is summed over the rows of a tensor that count.
  struct Sums {
    Vector seen;
    double squares[2], move_squares[2];
  };

  static double Sigmoid(double x) { return 1 / (1 + exp(-x)); }

  static double Clipped(double x, double low, double high) {
    return x < low ? low : x > high ? high : x;
  }

  double Tamed(double gradient) const {
    if (!o_.skip_nonfinite) return gradient;
    return std::isfinite(gradient) ? Clipped(gradient, -1e18, 1e18) : 0;
  }

  // inputs * matrix + bias + result.
  Vector Affine(const Vector& inputs, Theta matrix, Theta bias,
                Vector result) const {
    for (size_t j = 0; j < result.size(); j++) {
      result[j] += m_.theta[bias][j];
      for (size_t i = 0; i < inputs.size(); i++)
        result[j] += inputs[i] * m_.theta[matrix][i * result.size() + j];
    }
    return result;
  }

  Vector Gru(const Vector& inputs, const Vector& state, Theta gates,
             Theta gate_bias, Theta candidate, Theta candidate_bias,
             const Vector& bias) const {
    const size_t units = state.size();
    Vector all = inputs;
    all.insert(all.end(), state.begin(), state.end());
    const Vector opened = Affine(all, gates, gate_bias,
                                 Vector(&bias[0], &bias[0] + 2 * units));
    for (size_t i = 0; i < units; i++)
      all[inputs.size() + i] = Sigmoid(opened[i]) * state[i];
    Vector anew =
        Affine(all, candidate, candidate_bias,
               Vector(&bias[0] + 2 * units, &bias[0] + 3 * units));
    for (size_t i = 0; i < units; i++) {
      const double update = Sigmoid(opened[units + i]);
      anew[i] = update * state[i] + (1 - update) * tanh(anew[i]);
    }
    return anew;
  }

  double Dot(Theta weights, const Vector& values) const {
    double sum = 0;
    for (size_t i = 0; i < m_.theta[weights].size(); i++)
      sum += m_.theta[weights][i] * values[i];
    return sum;
  }

  void LookAtTensors() {
    double all = 0, count = 0;
    for (Tensor<double>& tensor : m_.tensors) {
      double sum = 0;
      const size_t size = tensor.variable.size();
      for (double rate : tensor.slots[kLogRate]) sum += rate;
      mean_rates_.push_back(size ? sum / size : 0);
      all += sum;
      count += size;
      if (o_.attention)
        for (size_t i = 0; i < size; i++)
          if (tensor.slots[kMeanSquare][i] == 0)
            tensor.slots[kTrueParam][i] = tensor.variable[i];
      double square = 0;
      for (double value : o_.attention ? tensor.slots[kTrueParam]
                                       : tensor.variable)
        square += value * value / size;
      sizes_.push_back(std::max(sqrt(square), double(o_.rms_floor)));
    }
    if (o_.problem_mean)
      mean_rates_.assign(m_.tensors.size(), count ? all / count : 0);
  }

  // The mean magnitude of a gradient.
  double Magnitude(const Tensor<double>& tensor, bool skip_zeros) const {
    double mean = 0, count = 0;
    for (double gradient : tensor.gradient) {
      mean += std::min(fabs(Tamed(gradient)), 1e18);
      count += !skip_zeros || Tamed(gradient) != 0;
    }
    return count ? mean / count : 0;
  }

  // What follows a history.
  static Vector Next(Vector history, double mean, bool skip_zeros) {
    const double begun = history[3];
    if (!(mean > 1.0001 * Least()) && (skip_zeros || !begun)) return history;
    const double logarithm = log(std::max(mean, Least()));
    const double decays[] = {0.9, 0.99, 1};
    for (int i = 0; i < 3; i++)
      history[i] = begun ? decays[i] * history[i] + (1 - decays[i]) * logarithm
                         : logarithm;
    history[3] = 1;
    return history;
  }

  // The most that a mean magnitude counts as.
  double Most(const Vector& unit) const {
    return unit[3] ? o_.max_relative_gradient * exp(std::max(unit[0], unit[1]))
                   : INFINITY;
  }

  // The means of magnitudes after one more, and the steps since the first.
  Vector NextUnit(const Vector& unit, double mean) const {
    if (!(mean > 1.0001 * Least()))
      return {unit[0], unit[1], unit[2], unit[3] + (unit[3] > 0)};
    mean = std::min(mean, Most(unit));
    if (!unit[3]) return {log(mean), log(mean), log(mean), 1};
    return {log(0.9 * exp(unit[0]) + 0.1 * mean),
            log(0.99 * exp(unit[1]) + 0.01 * mean), unit[2], unit[3] + 1};
  }

  // The share of its tensor's steps that an element with a gradient made.
  double Frequency(const Tensor<double>& tensor, double all_steps) const {
    double count = 0, num_steps = 0;
    for (size_t row = 0; row < tensor.gradient.size(); row++) {
      if (Tamed(tensor.gradient[row]) == 0) continue;
      count++;
      num_steps += tensor.slots[kNumSteps][row] + 1;
    }
    return count ? Clipped(num_steps / count / all_steps, 0.01, 1) : 1;
  }

  void StepTensor(size_t index, const Vector& old_global) {
    Tensor<double>& tensor = m_.tensors[index];
    const size_t size = tensor.variable.size();
    Vector history, unit;
    double scale = 1, jump = 1, share = 1, num_steps = 1, slowness = 1;
    for (double steps : tensor.slots[kNumSteps]) num_steps += steps / size;
    if (o_.slow_rates_after)
      slowness = std::min(o_.slow_rates_after / num_steps, 1.0);
    if (o_.history())
      history = Next(tensor.slots[kHistory], Magnitude(tensor, o_.skip_zeros),
                     o_.skip_zeros);
    if (o_.relative()) {
      const double mean = Magnitude(tensor, true);
      unit = NextUnit(tensor.slots[kUnit], mean);
      jump = std::max(mean / Most(tensor.slots[kUnit]), 1.0);
      scale = std::min(pow(2, 20) / exp(unit[2]) / jump, exp(88));
      double power = o_.gradient_fall_power;
      if (o_.slow_rates_after) power *= 1 - slowness;
      share = pow(std::min(exp(1 + unit[0] - unit[1]), 1.0), power);
      if (o_.rare_step_power)
        share /= pow(Frequency(tensor, unit[3]), o_.rare_step_power);
    }
    const Vector bias = Bias(tensor, old_global);
    Sums sums = {Vector(o_.seen()), {0, 0}, {0, 0}};
    Vector moves[2] = {Vector(size), Vector(size)};
    finite_ = true;
    active_ = 0;
    for (size_t row = 0; row < size; row++)
      StepRow(index, row, bias, history, scale, &sums, moves);
    const double count = std::max(active_, 1.0);
    double factors[2], shortening = 1;
    for (int k = 0; k < 2; k++) {
      factors[k] =
          o_.dynamic ? 1 / sqrt(sums.squares[k] / count + 1e-16) : 1;
      if (!o_.max_relative_step) continue;
      const double rms = factors[k] * sqrt(sums.move_squares[k] / size);
      const double limit =
          o_.max_relative_step * sizes_[index] * sqrt(slowness);
      if (rms <= limit) continue;
      factors[k] *= limit / rms;
      if (k == 0) shortening = limit / rms;
    }
    for (double& factor : factors) factor *= share;
    for (size_t row = 0; row < size; row++) {
      Move(row, factors, moves, &tensor);
      const double gradient = tensor.gradient[row];
      if ((o_.skip_zeros && Tamed(gradient) == 0) ||
          (o_.skip_nonfinite && !std::isfinite(gradient)))
        continue;
      double factor = 1;
      if (o_.max_step_excess)
        factor = std::min(1.0, o_.max_step_excess * shortening);
      if (o_.gradient_jump_power)
        factor /= pow(Clipped(jump, 1, 10), o_.gradient_jump_power);
      if (factor == 1) continue;
      double* const rate = &tensor.slots[kLogRate][row];
      *rate = std::max(*rate + log(factor), -33.0);
    }
    if (o_.skip_nonfinite && !finite_) return;
    if (o_.relative()) tensor.slots[kUnit] = unit;
    if (o_.skip_zeros && !active_) return;
    if (o_.history()) tensor.slots[kHistory] = history;
    if (o_.levels < 2) return;
    Vector seen = sums.seen, extra(3 * o_.units[1]);
    for (double& mean : seen) mean /= count;
    if (o_.levels > 2)
      extra = Affine(old_global, kLayerMatrix, kLayerBias, extra);
    tensor.slots[kLayer] = Gru(seen, tensor.slots[kLayer], kGates1, kGateBias1,
                               kCandidate1, kCandidateBias1, extra);
  }

  Vector Bias(const Tensor<double>& tensor, const Vector& global) const {
    Vector bias(3 * o_.units[0]);
    if (o_.levels > 1)
      bias = Affine(tensor.slots[kLayer], kParamMatrix, kParamBias, bias);
    if (o_.levels > 2) bias = Affine(global, kGlobalMatrix, kGlobalBias, bias);
    return bias;
  }

  void Move(size_t row, const double* factors, const Vector* moves,
            Tensor<double>* tensor) const {
    const bool skip =
        o_.skip_nonfinite && !std::isfinite(tensor->gradient[row]);
    if (!o_.attention) {
      if (!skip) tensor->variable[row] -= factors[0] * moves[0][row];
      return;
    }
    double* parameter = &tensor->slots[kTrueParam][row];
    if (!skip) tensor->variable[row] = *parameter - factors[1] * moves[1][row];
    *parameter -= factors[0] * moves[0][row];
  }

  void StepRow(size_t index, size_t row, const Vector& bias,
               const Vector& history, double scale, Sums* sums,
               Vector* moves) {
    Tensor<double>& tensor = m_.tensors[index];
    Vector* slots = tensor.slots;
    double gradient = Tamed(tensor.gradient[row]);
    const bool is_finite = std::isfinite(tensor.gradient[row]);
    const bool counts = !o_.skip_zeros || gradient != 0;
    const bool keeps = counts && (is_finite || !o_.skip_nonfinite);
    finite_ &= is_finite;
    active_ += counts;
    if (o_.relative()) gradient = Clipped(gradient * scale, -1e18, 1e18);
    double* const scale_decay = &slots[kScaleDecay][row];
    double* const input_decay = &slots[kInputDecay][row];
    Vector averages, squares, logs, features;
    double decay = *input_decay, slower = *scale_decay;
    for (int k = 0; k < o_.scales; k++) {
      const double old = slots[kAverage + k][row];
      const double old_square = slots[kMeanSquare + k][row];
      const double average =
          o_.scales > 1 ? decay * old + (1 - decay) * gradient : gradient;
      const double kept = old_square == 0 ? 0 : slower;
      const double square =
          kept * old_square + (1 - kept) * (average * average + 1e-12);
      averages.push_back(average);
      squares.push_back(square);
      logs.push_back(log(square + 1e-16));
      features.push_back(asinh(average / sqrt(square + 1e-16)));
      decay = sqrt(decay);
      if (o_.scale_decays) slower = sqrt(slower);
    }
    const Vector scaled = features;
    AddFeatures(index, row, logs, history, &features);
    const int units = o_.units[0];
    Vector hidden(&slots[kHidden][row * units],
                  &slots[kHidden][row * units] + units);
    hidden = Gru(features, hidden, kGates0, kGateBias0, kCandidate0,
                 kCandidateBias0, bias);
    Direct(row, hidden, scaled, counts, keeps, sums, moves, slots);
    if (counts) {
      Vector seen = hidden;
      if (o_.seen() > units)
        seen.insert(seen.end(), features.begin(), features.end());
      for (size_t i = 0; i < seen.size(); i++) sums->seen[i] += seen[i];
    }
    if (!keeps) return;
    std::copy(hidden.begin(), hidden.end(), &slots[kHidden][row * units]);
    *scale_decay = 0.93f;
    if (o_.learned_scale_decay)
      *scale_decay = Sigmoid(Dot(kScaleWeights, hidden) +
                             m_.theta[kScaleBias][0]);
    *input_decay = 0.89f;
    if (o_.learned_input_decay)
      *input_decay = Sigmoid(Dot(kInputWeights, hidden) +
                             m_.theta[kInputBias][0]);
    for (int k = 0; k < o_.scales; k++) {
      slots[kAverage + k][row] = averages[k];
      slots[kMeanSquare + k][row] = squares[k];
    }
  }

  void AddFeatures(size_t index, size_t row, const Vector& logs,
                   const Vector& history, Vector* features) const {
    Vector& f = *features;
    if (o_.products)
      for (int k = 0; k + 1 < o_.scales; k++) f.push_back(f[k] * f[k + 1]);
    double mean = 0;
    for (double logarithm : logs) mean += logarithm / o_.scales;
    if (o_.log_means)
      for (double logarithm : logs) f.push_back(logarithm - mean);
    const double rate =
        o_.dynamic ? m_.tensors[index].slots[kLogRate][row] : 0;
    if (o_.relative_rate) f.push_back(rate - mean_rates_[index]);
    if (o_.extremeness)
      f.push_back(std::max(0.0, rate) - std::max(0.0, log(1e-6) - rate));
    if (o_.log_rate) f.push_back(rate - log(1e-3));
    if (o_.rate_over_size) f.push_back(rate - log(sizes_[index]));
    if (o_.trend) f.push_back(Clipped(history[0] - history[1], -10, 10));
    if (o_.change) f.push_back(Clipped(history[0] - history[2], -10, 10));
  }

  // Finds the moves, and steps the learning rate.
  void Direct(size_t row, const Vector& hidden, const Vector& scaled,
              bool counts, bool keeps, Sums* sums, Vector* moves,
              Vector* slots) const {
    double scales[2] = {1, 1};
    if (o_.dynamic) {
      const double old = slots[kLogRate][row];
      double change = Dot(kRateWeights, hidden) + m_.theta[kRateBias][0];
      if (o_.slow_rates_after) {
        const double steps = slots[kNumSteps][row] + 1;
        if (steps > o_.slow_rates_after)
          change *= pow(o_.slow_rates_after / steps, o_.slow_rates_power);
        if (keeps) slots[kNumSteps][row] = steps;
      }
      const double proposed = Clipped(old + change, -33, o_.max_log_rate);
      const double momentum = Sigmoid(m_.theta[kMomentum][0]);
      scales[0] = exp(proposed + m_.theta[kOffset][0]);
      scales[1] = exp(proposed);
      if (keeps)
        slots[kLogRate][row] = momentum * old + (1 - momentum) * proposed;
    }
    const Theta weights[2] = {kUpdate, kAttention};
    const Theta shortcuts[2] = {kShortcut, kAttentionShortcut};
    for (int k = 0; k < (o_.attention ? 2 : 1); k++) {
      const double direction =
          Dot(weights[k], hidden) + Dot(shortcuts[k], scaled);
      const double move = direction * scales[k];
      if (counts) {
        sums->squares[k] += direction * direction;
        sums->move_squares[k] += move * move;
      }
      moves[k][row] = keeps ? move : 0;
    }
  }

  Model<double>& m_;
  const Options& o_;
  Vector mean_rates_, sizes_;  // Of each tensor.
  // Of the last tensor: whether its gradient is finite, rows that count.
  bool finite_;
  double active_;
};

}  // namespace learned_optimizer

#endif  // TESTS_OPTIMIZER_NATIVE_STEP_ORACLE_H_
