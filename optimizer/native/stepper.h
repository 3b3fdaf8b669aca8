// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A step while it is made.

#ifndef OPTIMIZER_NATIVE_STEPPER_H_
#define OPTIMIZER_NATIVE_STEPPER_H_

#include <stdint.h>

#include <functional>
#include <memory>
#include <vector>

#include "kernels.h"
#include "maps.h"
#include "step.h"

namespace learned_optimizer {

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
  // Finds `views_`, and what else a step looks at tensors as a whole for.
  void Look();
  void LookAtUnit(const Unit& unit, double* sums);
  void StepHistory(int tensor, const double* sums);
  void FindScale(int tensor, double slowness, const double* sums);
  void FindBiases();
  void MakeReadOut();
  void FindParameters(const Unit& unit);
  void StepLevel0();
  void AddUp();
  void KeepHistories();
  void StepLayers();
  void StepGlobal();
  void Write();
  void WriteUnit(const Unit& unit);
  void LowerRates(const Unit& unit);
  // Whether the layer and the history of a tensor are stepped.
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
  std::vector<View> views_;
  // See tensor_statistics.py.
  std::vector<double> limits_, shares_;
  std::vector<float> jumps_;
  // What slots of tensors become.
  std::vector<float> histories_, units_of_gradients_;
  std::vector<float> biases_, factors_;
  std::vector<float> changes_;  // Of log learning rates, see LowerRates.
  std::vector<double> unit_sums_, sums_;
  std::unique_ptr<float[]> moves_[2];
  Level0 level_;
  std::unique_ptr<GruMaps> gru0_;
  std::unique_ptr<Map> read_out_;
};

}  // namespace learned_optimizer

#endif  // OPTIMIZER_NATIVE_STEPPER_H_
