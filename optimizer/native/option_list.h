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
  OPTION(bool, rate_over_size)                                             \
  OPTION(bool, trend)                                                      \
  OPTION(bool, change)                                                     \
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
  /* See tensor_statistics.py; 0 for no limit. */                          \
  OPTION(float, max_relative_step)                                         \
  OPTION(float, max_step_excess)                                           \
  OPTION(float, rms_floor)                                                 \
  OPTION(float, max_relative_gradient) /* 0 for gradients as they are. */  \
  OPTION(float, gradient_jump_power) /* learning_rates.py; 0 for none. */  \
  OPTION(float, gradient_fall_power) /* tensor_statistics.py; 0: none. */  \
  OPTION(float, slow_rates_after) /* See learning_rates.py; 0: never. */   \
  OPTION(float, slow_rates_power) /* See learning_rates.py. */             \
  OPTION(float, rare_step_power) /* See step_numbers.py; 0 for none. */

#endif  // OPTIMIZER_NATIVE_OPTION_LIST_H_
