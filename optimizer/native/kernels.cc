// Copyright 2026 The Learned Optimizer Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Compiled for each set of instructions, with its flags and these macros:
//   KERNELS  name of the result, a `Kernels`
//   NAME     its name, a string
//   LANES    floats in a register

#include "kernels.h"

#include "columns.h"
#include "lanes.h"
#include "staging.h"

namespace learned_optimizer {
namespace {

// Steps a GRU. Scratch has 4 units columns; the new state is the first units of
// them.
INLINE void GruColumns(const Gru& gru, const float* gate_bias,
                       const float* candidate_bias, int rows,
                       const float* inputs, const float* state,
                       float* scratch) {
  const int units = gru.units, num_inputs = gru.inputs - units;
  float* candidate = scratch;
  float* reset = candidate + units * kBlockRows;
  float* gates = reset + units * kBlockRows;
  Product(gru.gates, gate_bias, rows, inputs, num_inputs, state, gates);
  for (int i = 0; i < units; i++)
    for (int row = 0; row < rows; row += LANES) {
      const int at = i * kBlockRows + row;
      Store(reset + at, Sigmoid(Load(gates + at)) * Load(state + at));
    }
  Product(gru.candidate, candidate_bias, rows, inputs, num_inputs, reset,
          candidate);
  const float* update = gates + units * kBlockRows;
  for (int i = 0; i < units; i++)
    for (int row = 0; row < rows; row += LANES) {
      const int at = i * kBlockRows + row;
      F c = Tanh(Load(candidate + at));
      Store(candidate + at,
            c + Sigmoid(Load(update + at)) * (Load(state + at) - c));
    }
}

void AffineRows(const Affine& map, int rows, const float* inputs,
                float* outputs, float* scratch) {
  float* results = scratch + map.inputs * kBlockRows;
  for (int row = 0; row < rows; row += kBlockRows) {
    const int count = rows - row < kBlockRows ? rows - row : kBlockRows;
    const int64_t at = row;
    ToColumns(count, map.inputs, inputs + at * map.inputs, scratch);
    Product(map, map.bias, Padded(count), scratch, map.inputs, scratch,
            results);
    ToRows(count, map.outputs, results, outputs + at * map.outputs);
  }
}

void GruRows(const Gru& gru, int rows, const float* inputs, const float* state,
             float* new_state, float* scratch) {
  const int units = gru.units, num_inputs = gru.inputs - units;
  float* old = scratch + num_inputs * kBlockRows;
  float* results = old + units * kBlockRows;
  for (int row = 0; row < rows; row += kBlockRows) {
    const int count = rows - row < kBlockRows ? rows - row : kBlockRows;
    const int64_t at = row;
    ToColumns(count, num_inputs, inputs + at * num_inputs, scratch);
    ToColumns(count, units, state + at * units, old);
    GruColumns(gru, gru.gates.bias, gru.candidate.bias, Padded(count), scratch,
               old, results);
    ToRows(count, units, results, new_state + at * units);
  }
}

// What a block of level 0 is computed in.
struct Buffers {
  float *inputs, *state, *work, *outputs, *staged;
  float *gradient, *decays[2], *unused;
  int32_t *keeps, *counts;  // Masks.
};

INLINE Buffers MakeBuffers(const Level0& level, float* scratch) {
  const int num_inputs = level.gru.inputs - level.gru.units;
  Buffers buffers;
  buffers.inputs = scratch;
  buffers.state = buffers.inputs + num_inputs * kBlockRows;
  buffers.work = buffers.state + level.gru.units * kBlockRows;
  buffers.outputs = buffers.work + 4 * level.gru.units * kBlockRows;
  buffers.staged = buffers.outputs + level.read_out.outputs * kBlockRows;
  float* columns = buffers.staged + StagedColumns(level) * kBlockRows;
  buffers.gradient = columns;
  buffers.decays[0] = columns + kBlockRows;
  buffers.decays[1] = columns + 2 * kBlockRows;
  buffers.unused = columns + 3 * kBlockRows;
  buffers.keeps = reinterpret_cast<int32_t*>(columns + 4 * kBlockRows);
  buffers.counts = buffers.keeps + kBlockRows;
  return buffers;
}

// Steps the moving averages of a timescale. Puts what is to be compressed, and
// the mean squares, in columns; steps the decays, columns, too.
INLINE void StepAverages(const Level0& level, const Block& block, int scale,
                         int rows, const Buffers& buffers, float* scaled,
                         float* mean_squares) {
  // Copies, as the compiler cannot know that stores do not change them.
  float* const averages = block.averages[scale];
  float* const squares = block.mean_squares[scale];
  float* const decays = buffers.decays[0];
  float* const scale_decays = buffers.decays[1];
  const float* const gradients = buffers.gradient;
  const int32_t* const keeps = buffers.keeps;
  const bool averaged = level.scales > 1, slower = level.scale_decays;
  for (int row = 0; row < rows; row += LANES) {
    const I keep = LoadMask(keeps + row);
    const F gradient = Load(gradients + row);
    const F old_average = Load(averages + row);
    const F old_square = Load(squares + row);
    F average = gradient;
    if (averaged) {
      const F decay = Load(decays + row);
      average = gradient + decay * (old_average - gradient);
      Store(decays + row, Sqrt(decay));
    }
    const F scale_decay = Load(scale_decays + row);
    if (slower) Store(scale_decays + row, Sqrt(scale_decay));
    const F factor = Choose(Equal(old_square, All(0)), All(0), scale_decay);
    const F square = average * average + 1e-12f;
    const F mean_square = square + factor * (old_square - square);
    Store(averages + row, Choose(keep, average, old_average));
    Store(squares + row, Choose(keep, mean_square, old_square));
    Store(mean_squares + row, mean_square + 1e-16f);
    Store(scaled + row, average * Rsqrt(mean_square + 1e-16f));
  }
}

// Input columns, see gradient_features.py; steps the moving averages. One
// thing after the other, as that keeps the processor busy: within a row all
// wait for each other.
INLINE void Observe(const Level0& level, const Block& block, int rows,
                    const Buffers& buffers) {
  const int scales = level.scales;
  float* const scaled = buffers.inputs;
  float* next = scaled + scales * kBlockRows;
  float* const products = next;
  if (level.products) next += (scales - 1) * kBlockRows;
  float* const logs = next;
  for (int i = 0; i < scales; i++)
    StepAverages(level, block, i, rows, buffers, scaled + i * kBlockRows,
                 level.log_means ? logs + i * kBlockRows : buffers.unused);
  for (int i = 0; i < scales; i++) {
    float* column = scaled + i * kBlockRows;
    for (int row = 0; row < rows; row += LANES)
      Store(column + row, Asinh(Load(column + row)));
  }
  if (level.products)
    for (int i = 0; i + 1 < scales; i++)
      for (int row = 0; row < rows; row += LANES) {
        const int at = i * kBlockRows + row;
        Store(products + at,
              Load(scaled + at) * Load(scaled + at + kBlockRows));
      }
  if (level.log_means) {
    for (int i = 0; i < scales; i++, next += kBlockRows)
      for (int row = 0; row < rows; row += LANES)
        Store(next + row, Log(Load(next + row)));
    for (int row = 0; row < rows; row += LANES) {
      F sum = All(0);
      for (int i = 0; i < scales; i++) sum += Load(logs + i * kBlockRows + row);
      const F mean = sum * (1.0f / scales);
      for (int i = 0; i < scales; i++) {
        float* place = logs + i * kBlockRows + row;
        Store(place, Load(place) - mean);
      }
    }
  }
  for (int row = 0; level.dynamic && row < rows; row += LANES) {
    float* column = next + row;
    const F log_rate = Load(block.log_rate + row);
    if (level.relative_rate) {
      Store(column, log_rate - block.context.mean_log_rate);
      column += kBlockRows;
    }
    if (level.extremeness) {  // Outside of [log 1e-6, log 1].
      Store(column, Max(All(0), log_rate) -
                        Max(All(0), All(-13.815510558f) - log_rate));
      column += kBlockRows;
    }
    if (level.log_rate) {  // Beside log 1e-3.
      Store(column, log_rate + 6.907755279f);
      column += kBlockRows;
    }
  }
}

// Steps what is read out of the hidden states: decays, learning rates, moves.
// Adds to the last sums.
INLINE void ReadOut(const Level0& level, const Block& block, int rows,
                    const Buffers& buffers, double* sums) {
  const float* outputs = buffers.outputs;
  const int names[2] = {level.update, level.attention};
  F squares[2] = {All(0), All(0)}, move_squares[2] = {All(0), All(0)};
  for (int row = 0; row < rows; row += LANES) {
    const I keep = LoadMask(buffers.keeps + row);
    const I count = LoadMask(buffers.counts + row);
    F decays[2] = {All(0.93f), All(0.89f)};
    const int decay_names[2] = {level.scale_decay, level.input_decay};
    float* const places[2] = {block.scale_decay, block.input_decay};
    for (int i = 0; i < 2; i++) {
      if (decay_names[i] >= 0)
        decays[i] = Sigmoid(Load(outputs + decay_names[i] * kBlockRows + row));
      float* place = places[i] + row;
      Store(place, Choose(keep, decays[i], Load(place)));
    }
    F scales[2] = {All(1), All(1)};
    if (level.dynamic) {
      F old = Load(block.log_rate + row);
      F change = Load(outputs + level.rate * kBlockRows + row);
      if (level.rate_decay_after > 0) {
        const F before = Load(block.num_steps + row);
        const F steps = before + 1.0f;
        F decay = Min(All(1), level.rate_decay_after / steps);
        if (level.rate_decay_power != 1)
          decay = Exp(level.rate_decay_power * Log(decay));
        change = change * decay;
        Store(block.num_steps + row, Choose(keep, steps, before));
      }
      F proposed = old + change;
      proposed = Min(All(level.max_log_rate), Max(All(kMinLogRate), proposed));
      F updated = proposed + level.momentum * (old - proposed);
      Store(block.log_rate + row, Choose(keep, updated, old));
      scales[0] = Exp(proposed + level.offset);
      if (level.attention >= 0) scales[1] = Exp(proposed);
    }
    for (int i = 0; i < 2; i++) {
      if (names[i] < 0) continue;
      F direction = Load(outputs + names[i] * kBlockRows + row);
      squares[i] += Choose(count, direction * direction, All(0));
      const F move = direction * scales[i];
      if (level.limits_steps)
        move_squares[i] += Choose(count, move * move, All(0));
      Store(block.moves[i] + row, Choose(keep, move, All(0)));
    }
  }
  for (int i = 0; i < 2; i++) {
    sums[kSquare + i] += SumOf(squares[i]);
    sums[kMoveSquare + i] += SumOf(move_squares[i]);
  }
}

// Adds the sums of columns over the rows that count.
INLINE void AddSums(int columns, const float* values, int rows,
                    const int32_t* counts, bool all, double* sums) {
  for (int i = 0; i < columns; i++) {
    F sum = All(0);
    const float* column = values + i * kBlockRows;
    if (all) {
      for (int row = 0; row < rows; row += LANES) sum += Load(column + row);
    } else {
      for (int row = 0; row < rows; row += LANES)
        sum += Choose(LoadMask(counts + row), Load(column + row), All(0));
    }
    sums[i] += SumOf(sum);
  }
}

// The input columns of a block, and which rows keep the step and count for the
// means. Returns whether all do.
INLINE bool ObserveAll(const Level0& level, const Block& block, int rows,
                       int padded, const Buffers& buffers, double* sums) {
  F active = All(0), bad = All(0);
  I all = AllBits(-1);
  for (int row = 0; row < padded; row += LANES) {
    int32_t inside[LANES];
    for (int i = 0; i < LANES; i++) inside[i] = row + i < rows ? -1 : 0;
    I count = LoadMask(inside);
    F gradient = Load(block.gradient + row);
    I keep = AllBits(-1);
    const I finite = IsFinite(gradient);
    bad += Choose(finite, All(0), All(1));
    if (level.skip_nonfinite) {
      keep = finite;
      gradient = Choose(finite, gradient, All(0));
      gradient = Min(All(kMostGradient), Max(All(-kMostGradient), gradient));
    }
    if (level.skip_zeros) {
      const I nonzero = ~Equal(gradient, All(0));
      keep &= nonzero;
      count &= nonzero;
    }
    active += Choose(count, All(1), All(0));
    all &= keep & count;
    StoreMask(buffers.keeps + row, keep);
    StoreMask(buffers.counts + row, count);
    if (level.has_history) {
      gradient = gradient * block.context.gradient_scale;
      gradient = Min(All(kMostGradient), Max(All(-kMostGradient), gradient));
    }
    Store(buffers.gradient + row, gradient);
    Store(buffers.decays[0] + row, Load(block.input_decay + row));
    Store(buffers.decays[1] + row, Load(block.scale_decay + row));
  }
  sums[kActive] += SumOf(active);
  sums[kBad] += SumOf(bad);
  Observe(level, block, padded, buffers);
  return AllSet(all);
}

void StepLevel0(const Level0& level, const float* bias, const Block& original,
                double* sums, float* scratch) {
  const int units = level.gru.units, num_inputs = level.gru.inputs - units;
  const int rows = original.rows, padded = Padded(rows);
  const Buffers buffers = MakeBuffers(level, scratch);
  Block block = original;
  if (rows < padded) block = Staged(level, original, buffers.staged);
  double* last_sums = sums + units + (level.passes_features ? num_inputs : 0);
  ToColumns(rows, units, block.hidden, buffers.state);
  const bool all =
      ObserveAll(level, block, rows, padded, buffers, last_sums);
  GruColumns(level.gru, bias, bias + 2 * units, padded, buffers.inputs,
             buffers.state, buffers.work);
  float* hidden = buffers.work;
  Product(level.read_out, level.read_out.bias, padded, hidden, units,
          buffers.inputs, buffers.outputs);
  ReadOut(level, block, padded, buffers, last_sums);
  AddSums(units, hidden, padded, buffers.counts, all, sums);
  if (level.passes_features)
    AddSums(num_inputs, buffers.inputs, padded, buffers.counts, all,
            sums + units);
  if (!all)
    for (int i = 0; i < units; i++)
      for (int row = 0; row < padded; row += LANES) {
        const int at = i * kBlockRows + row;
        Store(hidden + at,
              Choose(LoadMask(buffers.keeps + row), Load(hidden + at),
                     Load(buffers.state + at)));
      }
  ToRows(rows, units, hidden, block.hidden);
  if (rows < padded) CopyAllBack(level, original, buffers.staged);
}

void Subtract(int64_t count, float factor, const float* x, float* y) {
  int64_t i = 0;
  for (; i + LANES <= count; i += LANES)
    Store(y + i, Load(y + i) - factor * Load(x + i));
  for (; i < count; i++) y[i] -= factor * x[i];
}

}  // namespace

const Kernels KERNELS = {NAME, AffineRows, GruRows, StepLevel0, Subtract};

}  // namespace learned_optimizer
