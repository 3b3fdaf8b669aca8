# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Maps a function over blocks of rows that fit the processor's cache.

Intermediates that are many times as large as the arguments then never reach
memory.
"""

import tensorflow.compat.v1 as tf

# By measurement: smaller blocks pay for dispatching ops.
_BLOCK_ROWS = 2**15


def num_blocks(num_rows):
  """How many blocks to make, of equal lengths if that is possible.

  Otherwise the results have to be cut, which copies them.

  Args:
    num_rows: Integer; or an int32 scalar, and then they are taken to differ.

  Returns:
    (number of blocks, whether their lengths are equal).
  """
  if isinstance(num_rows, tf.Tensor):
    return tf.maximum((num_rows + _BLOCK_ROWS - 1) // _BLOCK_ROWS, 1), False
  least = max(-(-num_rows // _BLOCK_ROWS), 1)
  count = next((count for count in range(least, 2 * least)
                if num_rows % count == 0), least)
  return count, num_rows % count == 0


def map_rows(function, columns, widths, count, equal):
  """Applies a function to blocks of rows.

  Args:
    function: Function of a list of float32 [m, k_i], the rows of a block, that
      returns a list of float32 [m, w_j] and a list of float32 [m, v_j].
    columns: List of float32 [n, k_i], where n need not be static.
    widths: List of the integers w_j.
    count: int32 scalar tensor, the number of blocks.
    equal: Whether n is a multiple of it.

  Returns:
    List of float32 [n, w_j], the results for all rows, and list of float32
    [1, v_j], the means over all rows of the second results.
  """
  num_rows = tf.shape(columns[0])[0]
  length = (num_rows + count - 1) // count
  summed = []  # As the loop's body is traced.

  def step(block, sums, results):
    size = length if equal else tf.minimum(length, num_rows - block * length)
    values, averaged = function([
        _rows(column, block * length, size) for column in columns])
    summed[:] = averaged
    if not equal:
      values = [tf.pad(value, [[0, length - size], [0, 0]])
                for value in values]
    sums = sums.write(block, tf.concat(
        [tf.reduce_sum(value, 0, keepdims=True) for value in averaged], 1))
    return block + 1, sums, [_write(result, value, block)
                             for result, value in zip(results, values)]

  _, sums, results = tf.while_loop(
      lambda block, *_: block < count, step,
      (tf.constant(0), tf.TensorArray(tf.float32, count, infer_shape=False),
       [tf.raw_ops.Empty(shape=tf.stack([count, length, width]),
                         dtype=tf.float32) for width in widths]),
      parallel_iterations=1, back_prop=False)
  results = [tf.reshape(result, [-1, width])
             for result, width in zip(results, widths)]
  if not equal:
    results = [result[:num_rows] for result in results]
  averaged = [value.shape.as_list()[1] for value in summed]
  total = tf.reduce_sum(sums.concat(), 0, keepdims=True)
  total.set_shape([1, sum(averaged)])
  return results, tf.split(
      total / tf.cast(tf.maximum(num_rows, 1), tf.float32), averaged, 1)


def _rows(column, start, size):
  """Rows of a [n, k] column: [size, k]."""
  width = column.shape.as_list()[1]
  rows = tf.slice(column, tf.stack([start, 0]), tf.stack([size, width]))
  rows.set_shape([None, width])
  return rows


def _write(result, rows, block):
  """Puts rows where they belong, in place: result[block] = rows.

  A `TensorArray` would hold every block once more, beside their concatenation.
  """
  updated = tf.raw_ops.InplaceUpdate(
      x=result, i=tf.expand_dims(block, 0), v=tf.expand_dims(rows, 0))
  updated.set_shape(result.shape)
  return updated
