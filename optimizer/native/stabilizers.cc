// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0

#include "stabilizers.h"

#include <math.h>

#include <algorithm>
#include <cmath>

namespace learned_optimizer {
namespace {

// See rate_decay.py; rows are in kernels.cc.
void RateDecay(const Options& o, const double* sums, double count,
               Controls* controls) {
  controls->rate_decay =
      std::min(o.rate_decay_after / (sums[kSteps] / count + 1), 1.0);
}

// See step_limit.py.
void StepLimit(const Options& o, const double* sums, double count,
               Controls* controls) {
  // A parameter that is not finite is the first argument: so the size is not,
  // either.
  const double floor = o.step_limit_floor;
  const double size = sqrt(std::max(sums[kSquares] / count, floor * floor));
  controls->step_limit =
      o.step_limit_fraction * size * sqrt(controls->rate_decay);
  controls->least_step =
      o.step_limit_least * controls->step_limit * controls->rate_decay;
}

// Log of the mean of two numbers whose logs are given.
float MeanWith(float old, float updated, float decay) {
  const float distance = old - updated;
  return updated + std::max(distance, 0.0f) +
         std::log(decay * std::exp(std::min(distance, 0.0f)) +
                  (1 - decay) * std::exp(std::min(-distance, 0.0f)));
}

// See gradient_history.py.
void GradientHistory(const Options& o, const double* sums, const float* old,
                     Controls* controls) {
  float* updated = controls->history;
  // What is not a number comes first, and stays.
  const float log_mean = std::log(
      std::max(sums[kMagnitudes] / std::max(sums[kNonzero], 1.0),
               static_cast<double>(kLeastGradient)));
  const bool counts = log_mean > std::log(double{kLeastGradient}) + 1e-4;
  std::copy_n(old, kHistoryWidth, updated);
  const float count = old[3];
  const bool begun = count > 0;
  if (begun)
    controls->spike =
        std::max(log_mean - std::log(o.gradient_history_limit) -
                     std::max(old[0], old[1]),
                 0.0f);
  if (counts) {
    const float limited = log_mean - controls->spike;
    updated[0] = begun ? MeanWith(old[0], limited, kShortDecay) : limited;
    updated[1] = begun ? MeanWith(old[1], limited, kLongDecay) : limited;
    if (!begun) updated[2] = limited;
  }
  updated[3] = begun || counts ? count + 1 : count;
  controls->gradient_scale = std::exp(
      std::min(kLogOfFirst - updated[2] - controls->spike, kMostLogScale));
  const float fall = std::max(updated[1] - updated[0] - 1, 0.0f);
  const double late = o.decays_rates() ? 1 - controls->rate_decay : 1;
  controls->step_scale = exp(-o.gradient_history_decay_power * late * fall);
}

// See sparse_steps.py.
void SparseSteps(const Options& o, const double* sums, Controls* controls) {
  const double frequency = sums[kActiveSteps] / std::max(sums[kNonzero], 1.0) /
                           std::max(controls->history[3], 1.0f);
  controls->step_scale *=
      pow(std::max(std::min(frequency, 1.0), double{kLeastFrequency}),
          -o.sparse_steps_power);
}

// See schedule.py.
void Schedule(const Options& o, Controls* controls) {
  const double left = o.schedule_num_steps + 1.0 - controls->history[3];
  controls->step_scale *=
      std::min(std::max(left, 0.0) / (double{o.schedule_fade} *
                                      o.schedule_num_steps), 1.0);
}

bool IsPower(float value) { return value >= 0 && value < INFINITY; }

}  // namespace

Controls Stabilize(const Options& o, const double* sums, double count,
                   const float* history) {
  Controls controls;
  if (o.decays_rates()) RateDecay(o, sums, count, &controls);
  if (o.limits_steps()) StepLimit(o, sums, count, &controls);
  if (o.has_history()) GradientHistory(o, sums, history, &controls);
  if (o.has_sparse_steps()) SparseSteps(o, sums, &controls);
  if (o.has_schedule()) Schedule(o, &controls);
  return controls;
}

double StepExcess(const Controls& controls, double factor, double mean_square,
                  double active_square) {
  const double ratio = factor / controls.step_limit;
  // What is not a number stays one.
  const double excess = sqrt(std::max(mean_square * ratio * ratio, 1.0));
  if (excess != 1 || !(controls.least_step > 0) || !(active_square > 0))
    return excess;
  const double share = factor / controls.least_step * sqrt(active_square);
  return std::max(std::min(share, 1.0), 1.0 / kMostRaise);
}

double RateShift(const Options& o, const Controls& controls, double excess) {
  double shift = 0;
  if (o.step_limit_excess > 0)
    shift = std::min(log(o.step_limit_excess / excess), 0.0);
  shift -= log(std::min(excess, 1.0));
  return shift - o.gradient_history_spike_power *
                     std::min(controls.spike, kMostSpike);
}

std::string StabilizerProblem(const Options& o) {
  if (o.rate_decay_after != 0 &&
      !(o.rate_decay_after >= 1 && o.rate_decay_after < INFINITY && o.dynamic))
    return "rate_decay_after must be a number of steps from 1, or 0 for "
           "never, and needs learning rates";
  if (!IsPower(o.rate_decay_power))
    return "rate_decay_power must be a number from 0";
  if (!IsPower(o.step_limit_fraction))
    return "step_limit_fraction must be a positive number, or 0 for no limit";
  if (o.limits_steps() && !(o.step_limit_floor > 0))
    return "step_limit_floor must be a positive number";
  if (o.step_limit_excess != 0 &&
      !(o.step_limit_excess >= 1 && o.step_limit_excess < INFINITY &&
        o.dynamic && o.limits_steps()))
    return "step_limit_excess must be a number from 1, or 0 for no limit, and "
           "needs learning rates and step_limit_fraction";
  if (!(o.step_limit_least >= 0 && o.step_limit_least <= 1) ||
      (o.step_limit_least > 0 && !(o.dynamic && o.limits_steps())))
    return "step_limit_least must be a number in [0, 1], and needs learning "
           "rates and step_limit_fraction";
  if (o.gradient_history_limit != 0 &&
      !(o.gradient_history_limit > 1 && o.gradient_history_limit < INFINITY))
    return "gradient_history_limit must be a number over 1, or 0 for gradients "
           "as they are";
  if (!IsPower(o.gradient_history_spike_power) ||
      (o.gradient_history_spike_power > 0 && !(o.dynamic && o.has_history())))
    return "gradient_history_spike_power must be a number from 0, and needs "
           "learning rates and gradient_history_limit";
  if (!IsPower(o.gradient_history_decay_power) ||
      (o.gradient_history_decay_power > 0 && !o.has_history()))
    return "gradient_history_decay_power must be a number from 0, and needs "
           "gradient_history_limit";
  if (!IsPower(o.sparse_steps_power) ||
      (o.has_sparse_steps() &&
       !(o.skip_zeros && o.has_history() && o.decays_rates())))
    return "sparse_steps_power must be a number from 0, and needs the flag "
           "skip_zeros, gradient_history_limit and rate_decay_after";
  if (o.schedule_num_steps != 0 &&
      !(o.schedule_num_steps >= 1 && o.schedule_num_steps < INFINITY &&
        o.schedule_fade > 0 && o.schedule_fade < INFINITY && o.has_history()))
    return "schedule_num_steps must be a number of steps from 1, or 0 for no "
           "schedule, and needs a positive schedule_fade and "
           "gradient_history_limit";
  return "";
}

}  // namespace learned_optimizer
