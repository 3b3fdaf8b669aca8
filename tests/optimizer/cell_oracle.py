# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Cells of `oracle.CoordinatewiseRNN`, in NumPy."""

import numpy as np

from tests.optimizer import oracle


def gru_cell(theta, index):
  """`tf.nn.rnn_cell.GRUCell`."""
  theta = oracle.float64(theta)
  name = "LOL/multi_rnn_cell/cell_%d/gru_cell/" % index

  def cell(x, h):
    units = h.shape[1]
    gates = oracle.sigmoid(np.concatenate([x, h], 1).dot(
        theta[name + "gates/kernel"]) + theta[name + "gates/bias"])
    r, u = gates[:, :units], gates[:, units:]
    c = np.tanh(np.concatenate([x, r * h], 1).dot(
        theta[name + "candidate/kernel"]) + theta[name + "candidate/bias"])
    h = u * h + (1 - u) * c
    return h, h

  return cell


def lstm_cell(theta, index):
  """`tf.nn.rnn_cell.LSTMCell`: gates i, j, f, o, forget bias 1."""
  theta = oracle.float64(theta)
  name = "LOL/multi_rnn_cell/cell_%d/lstm_cell/" % index

  def cell(x, state):
    c, h = np.split(state, 2, axis=1)
    i, j, f, o = np.split(np.concatenate([x, h], 1).dot(
        theta[name + "kernel"]) + theta[name + "bias"], 4, axis=1)
    c = oracle.sigmoid(f + 1) * c + oracle.sigmoid(i) * np.tanh(j)
    h = oracle.sigmoid(o) * np.tanh(c)
    return h, np.concatenate([c, h], 1)

  return cell


def basic_cell(theta, index):
  """`tf.nn.rnn_cell.BasicRNNCell`."""
  theta = oracle.float64(theta)
  name = "LOL/multi_rnn_cell/cell_%d/basic_rnn_cell/" % index

  def cell(x, h):
    h = np.tanh(np.concatenate([x, h], 1).dot(theta[name + "kernel"]) +
                theta[name + "bias"])
    return h, h

  return cell
