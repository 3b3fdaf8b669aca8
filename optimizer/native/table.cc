// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0

#include "table.h"

#include <algorithm>
#include <cmath>

namespace learned_optimizer {
namespace {

const int64_t kBlockElements = 1 << 16;
const int64_t kBlockOfRows = 1 << 12;  // Elements, too.

// Sums are added up after so many steps; see MOST_STEPS in table_sums.py.
const double kMostSteps = 1000;

// Sums over all elements of a tensor, in an order that is always the same.
void AddUp(const TensorState& tensor, const ParallelFor& parallel,
           double* sums) {
  const float* log_rate = tensor.slots[kLogRate];
  const float* num_steps = tensor.slots[kNumSteps];
  const int64_t blocks = (tensor.size + kBlockElements - 1) / kBlockElements;
  std::vector<double> parts(blocks * kNumElementSums);
  parallel(blocks, [&](int64_t block) {
    const int64_t start = block * kBlockElements;
    const int64_t end = std::min(start + kBlockElements, tensor.size);
    double squares = 0, rates = 0, steps = 0;
    for (int64_t i = start; i < end; i++) {
      squares += tensor.variable[i] * tensor.variable[i];
      if (log_rate) rates += log_rate[i];
      if (num_steps) steps += num_steps[i];
    }
    double* part = &parts[block * kNumElementSums];
    part[kSquares] = squares;
    part[kRates] = rates;
    part[kSteps] = steps;
  });
  std::fill_n(sums, kNumElementSums, 0.0);
  for (size_t i = 0; i < parts.size(); i++)
    sums[i % kNumElementSums] += parts[i];
}

bool Has(const Options& options, int sum) {
  if (sum == kRates) return options.dynamic;
  return sum == kSteps ? options.decays_rates() : options.limits_steps();
}

}  // namespace

Table::Table(const Options& options, const TensorState& tensor,
             int64_t row_size, const int64_t* rows, int64_t num_rows)
    : options_(options), all_(tensor), row_size_(row_size),
      num_rows_(num_rows), rows_(rows), taken_(tensor) {}

void Table::ForRows(const ParallelFor& parallel,
                    const std::function<void(int64_t, int64_t)>& call) const {
  const int64_t together =
      std::max<int64_t>(kBlockOfRows / std::max<int64_t>(row_size_, 1), 1);
  parallel((num_rows_ + together - 1) / together, [&](int64_t block) {
    call(block * together, std::min((block + 1) * together, num_rows_));
  });
}

float* Table::AddColumn(float* all, float* rows, int64_t width) {
  const bool put_back = rows == nullptr;
  if (put_back) {
    buffers_.emplace_back(new float[num_rows_ * width]);
    rows = buffers_.back().get();
  }
  columns_.push_back({all, rows, width, put_back});
  return rows;
}

TensorState Table::Take(const float* gradient, float* variable,
                        const std::vector<double>& known,
                        const ParallelFor& parallel) {
  taken_.size = num_rows_ * row_size_;
  taken_.gradient = gradient;
  taken_.variable = AddColumn(all_.variable, variable, row_size_);
  for (int slot = 0; slot < kNumSlots; slot++)
    if (all_.slots[slot] && SlotSize(options_, slot, 0) == 0)
      taken_.slots[slot] = AddColumn(all_.slots[slot], nullptr,
                                     SlotSize(options_, slot, row_size_));
  ForRows(parallel, [this](int64_t start, int64_t end) {
    for (const Column& column : columns_)
      for (int64_t i = start; i < end; i++)
        std::copy_n(column.all + rows_[i] * column.width, column.width,
                    column.rows + i * column.width);
  });
  double sums[kNumElementSums], own[kNumElementSums];
  if (Holds(known)) {
    steps_ = known[0];
    const double* next = &known[2];
    for (int k = 0; k < kNumElementSums; k++)
      sums[k] = Has(options_, k) ? *next++ : 0;
  } else {
    AddUp(all_, parallel, sums);
  }
  AddUp(taken_, parallel, own);
  for (int k = 0; k < kNumElementSums; k++)
    taken_.other_sums[k] = sums[k] - own[k];
  taken_.other_count = all_.size - taken_.size;
  return taken_;
}

std::vector<double> Table::PutBack(const ParallelFor& parallel) {
  ForRows(parallel, [this](int64_t start, int64_t end) {
    for (const Column& column : columns_)
      if (column.put_back)
        for (int64_t i = start; i < end; i++)
          std::copy_n(column.rows + i * column.width, column.width,
                      column.all + rows_[i] * column.width);
  });
  double sums[kNumElementSums];
  AddUp(taken_, parallel, sums);
  for (int k = 0; k < kNumElementSums; k++) sums[k] += taken_.other_sums[k];
  steps_++;
  return Known(sums);
}

// The number of steps, that of elements, the sums, and the tensor's own state.
std::vector<double> Table::Known(const double* sums) const {
  std::vector<double> known = {steps_, static_cast<double>(all_.size)};
  for (int k = 0; k < kNumElementSums; k++)
    if (Has(options_, k)) known.push_back(sums[k]);
  for (int slot : {kHistory, kLayer})
    if (all_.slots[slot])
      known.insert(known.end(), all_.slots[slot],
                   all_.slots[slot] + SlotSize(options_, slot, 0));
  return known;
}

bool Table::Holds(const std::vector<double>& known) const {
  const double none[kNumElementSums] = {};
  const std::vector<double> like = Known(none);
  if (known.size() != like.size() || !(known[0] > 0 && known[0] < kMostSteps) ||
      known[1] != like[1])
    return false;
  size_t i = 2;
  for (int k = 0; k < kNumElementSums; k++)
    if (Has(options_, k) && !std::isfinite(known[i++])) return false;
  return std::equal(like.begin() + i, like.end(), known.begin() + i);
}

}  // namespace learned_optimizer
