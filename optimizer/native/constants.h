// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Numbers that Python has too. A test compares them.

#ifndef OPTIMIZER_NATIVE_CONSTANTS_H_
#define OPTIMIZER_NATIVE_CONSTANTS_H_

namespace learned_optimizer {

// As many timescales as HierarchicalRNN allows.
const int kMostScales = 20;

// The least log learning rate.
const float kMinLogRate = -33.0f;

// Numbers of a gradient's history: see gradient_history.py.
const int kHistoryWidth = 4;
const float kShortDecay = 0.9f;
const float kLongDecay = 0.99f;
const float kLeastGradient = 1.17549435e-38f;
// Squares of what gradients are limited to are finite.
const float kMostGradient = 1e18f;
const float kLogOfFirst = 13.862943611f;
const float kMostLogScale = 88.0f;
const float kMostSpike = 2.302585093f;

// See step_limit.py.
const float kMostRaise = 10.0f;

// See sparse_steps.py.
const float kLeastFrequency = 0.01f;

}  // namespace learned_optimizer

#endif  // OPTIMIZER_NATIVE_CONSTANTS_H_
