// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What the kernel is constructed with.

#ifndef OPTIMIZER_NATIVE_ATTRIBUTES_H_
#define OPTIMIZER_NATIVE_ATTRIBUTES_H_

#include <vector>

#include "step.h"
#include "tensorflow/core/framework/op_kernel.h"

namespace learned_optimizer {

struct Attributes {
  Options options;
  std::vector<int> slots;  // A `Slot` for each variable after a parameter.
  std::vector<int> theta;  // A `Theta` for each input.
};

// Reads and checks the op's token: a line with the names of slots, one with those
// of meta-parameters, and those with the options; see ReadOptions in step.h.
tensorflow::Status ReadAttributes(tensorflow::OpKernelConstruction* context,
                                  Attributes* attributes);

}  // namespace learned_optimizer

#endif  // OPTIMIZER_NATIVE_ATTRIBUTES_H_
