// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What steers a step: the stabilizers of optimizer/stabilizers.

#ifndef OPTIMIZER_NATIVE_STABILIZERS_H_
#define OPTIMIZER_NATIVE_STABILIZERS_H_

#include <string>

#include "step.h"

namespace learned_optimizer {

// Further sums: of gradients' magnitudes, how many gradients are not zero, and
// steps with this one where they are not.
enum GradientSum {
  kMagnitudes = kNumElementSums, kNonzero, kActiveSteps, kNumTensorSums
};

// See Controls in stabilizer.py.
struct Controls {
  float gradient_scale = 1;
  double step_limit = 0, least_step = 0, step_scale = 1, rate_decay = 1;
  float spike = 0;
  float history[kHistoryWidth] = {};  // What the slot becomes.
};

// Runs the stabilizers that options ask for on a tensor of `count` elements,
// of which there are sums and the history before.
Controls Stabilize(const Options& options, const double* sums, double count,
                   const float* history);

// How many times too long steps are, below 1 if they are too short: moves with
// a mean square, and one over elements that have a gradient, times a factor.
double StepExcess(const Controls& controls, double factor, double mean_square,
                  double active_square);

// What is added to log learning rates after a step that was so many times too
// long.
double RateShift(const Options& options, const Controls& controls,
                 double excess);

// What is wrong with their options, or "".
std::string StabilizerProblem(const Options& options);

}  // namespace learned_optimizer

#endif  // OPTIMIZER_NATIVE_STABILIZERS_H_
