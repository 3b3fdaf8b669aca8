// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A tensor of which a step changes some rows only: no TensorFlow here.
//
// The rows are copied out, stepped as if they were a tensor, and copied back.
// What is known of all elements are sums; see drop_in/table_sums.py.

#ifndef OPTIMIZER_NATIVE_TABLE_H_
#define OPTIMIZER_NATIVE_TABLE_H_

#include <stdint.h>

#include <memory>
#include <vector>

#include "step.h"

namespace learned_optimizer {

class Table {
 public:
  // `tensor` is all of it; `rows` are in its range, each there once.
  Table(const Options& options, const TensorState& tensor, int64_t row_size,
        const int64_t* rows, int64_t num_rows);

  // Copies the rows out, those of the variable to a place of their own or, if
  // that is null, of the table's. What is `known` counts if it is of this
  // tensor, otherwise sums are added up.
  TensorState Take(const float* gradient, float* variable,
                   const std::vector<double>& known,
                   const ParallelFor& parallel);

  // Copies the rows back where they have been, but for those of the variable if
  // they had a place of their own. Returns what is known now.
  std::vector<double> PutBack(const ParallelFor& parallel);

 private:
  struct Column {
    float* all;
    float* rows;
    int64_t width;  // Of a row.
    bool put_back;
  };

  float* AddColumn(float* all, float* rows, int64_t width);
  void ForRows(const ParallelFor& parallel,
               const std::function<void(int64_t, int64_t)>& call) const;
  std::vector<double> Known(const double* sums) const;
  bool Holds(const std::vector<double>& known) const;

  const Options& options_;
  const TensorState all_;
  const int64_t row_size_, num_rows_;
  const int64_t* const rows_;
  TensorState taken_;
  double steps_ = 0;  // Since sums were added up.
  std::vector<Column> columns_;
  std::vector<std::unique_ptr<float[]>> buffers_;
};

}  // namespace learned_optimizer

#endif  // OPTIMIZER_NATIVE_TABLE_H_
