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
#include "stabilizers.h"
#include "step.h"

namespace learned_optimizer {

// Some rows of a tensor.
struct Chunk {
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
  void FindChunks();
  // Calls a function for each chunk; light ones are put together.
  void ForChunks(bool light, const std::function<void(int64_t)>& call);
  // Finds `contexts_` and `controls_`.
  void Measure();
  void MeasureChunk(const Chunk& chunk, double* sums);
  void FindBiases();
  void MakeReadOut();
  void FindParameters(const Chunk& chunk);
  void StepLevel0();
  void AddUp();
  void WriteHistories();
  void StepLayers();
  void StepGlobal();
  void Write();
  void WriteChunk(const Chunk& chunk);
  void ShiftRates(const Chunk& chunk);
  // Whether the layer of a tensor is stepped.
  bool Steps(int tensor) const;

  const Kernels& kernels_;
  const Options& options_;
  const float* const* theta_;
  const std::vector<TensorState>& tensors_;
  float* global_;
  const ParallelFor& parallel_;
  const int num_sums_;

  std::vector<Chunk> chunks_;
  std::vector<int64_t> first_chunk_;  // Of each tensor, and their number.
  std::vector<int64_t> offsets_;     // Rows before each tensor, and all.
  std::vector<TensorContext> contexts_;
  std::vector<Controls> controls_;
  std::vector<float> biases_, factors_;
  std::vector<float> shifts_;  // Of log learning rates.
  std::vector<double> chunk_sums_, sums_;
  std::unique_ptr<float[]> moves_[2];
  Level0 level_;
  std::unique_ptr<GruMaps> gru0_;
  std::unique_ptr<Map> read_out_;
};

}  // namespace learned_optimizer

#endif  // OPTIMIZER_NATIVE_STEPPER_H_
