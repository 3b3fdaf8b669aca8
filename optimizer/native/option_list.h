// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The options of a step: a line each, of a type and a name.
//
// A line makes the field of `Options`, reads it from the text that Python
// sends, and adds the name to those that Python asks for. An option that is not
// sent is 0.

#ifndef OPTIMIZER_NATIVE_OPTION_LIST_H_
#define OPTIMIZER_NATIVE_OPTION_LIST_H_

#define LEARNED_OPTIMIZER_OPTIONS(OPTION)                                  \
  OPTION(int, scales) /* S, the number of timescales. */                   \
  /* Input columns, in the order in which they are fed. */                 \
  OPTION(bool, products)                                                   \
  OPTION(bool, log_means)                                                  \
  OPTION(bool, relative_rate)                                              \
  OPTION(bool, extremeness)                                                \
  OPTION(bool, log_rate)                                                   \
  OPTION(bool, scale_decays) /* Slower timescales scale more slowly. */    \
  OPTION(bool, problem_mean) /* Rates are relative to the problem's. */    \
  OPTION(bool, last_input) /* Level 2 sees the last tensor, no mean. */    \
  OPTION(bool, skip_zeros)                                                 \
  OPTION(bool, skip_nonfinite)                                             \
  OPTION(bool, dynamic) /* Each coordinate has a learning rate. */         \
  OPTION(bool, attention) /* Variables hold the attended location. */      \
  OPTION(bool, shortcut) /* Scaled gradients reach the step directly. */   \
  OPTION(bool, learned_scale_decay)                                        \
  OPTION(bool, learned_input_decay)                                        \
  OPTION(float, max_log_rate)                                              \
  /* Of stabilizers, by their names; see stabilizers.h. 0 for none. */     \
  OPTION(float, rate_decay_after)                                          \
  OPTION(float, rate_decay_power)                                          \
  OPTION(float, step_limit_fraction)                                       \
  OPTION(float, step_limit_floor)                                          \
  OPTION(float, step_limit_excess)                                         \
  OPTION(float, step_limit_least)                                          \
  OPTION(float, gradient_history_limit)                                    \
  OPTION(float, gradient_history_spike_power)                              \
  OPTION(float, gradient_history_decay_power)                              \
  OPTION(float, sparse_steps_power)                                        \
  OPTION(float, schedule_num_steps)                                        \
  OPTION(float, schedule_fade)

#endif  // OPTIMIZER_NATIVE_OPTION_LIST_H_
