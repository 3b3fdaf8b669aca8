// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Matrices in the form in which kernels take them, and memory for kernels.

#ifndef OPTIMIZER_NATIVE_MAPS_H_
#define OPTIMIZER_NATIVE_MAPS_H_

#include <stdint.h>

#include <algorithm>
#include <vector>

#include "kernels.h"

namespace learned_optimizer {

const int64_t kAlignment = 64;

// Memory of a thread that is aligned and kept for the next time.
inline float* Scratch(int64_t floats) {
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
  GruMaps(int num_inputs, int units, const float* gates, const float* gate_bias,
          const float* candidate, const float* candidate_bias,
          const float* extra = nullptr)
      : gate_map(num_inputs + units, 2 * units),
        candidate_map(num_inputs + units, units) {
    gate_map.Set(gates, gate_bias);
    candidate_map.Set(candidate, candidate_bias);
    if (extra) {
      gate_map.Add(extra);
      candidate_map.Add(extra + 2 * units);
    }
    gru = {num_inputs + units, units, gate_map.get(), candidate_map.get()};
  }

  Map gate_map, candidate_map;
  Gru gru;
};

}  // namespace learned_optimizer

#endif  // OPTIMIZER_NATIVE_MAPS_H_
