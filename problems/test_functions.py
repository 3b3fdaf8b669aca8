# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Classic test functions of numerical optimization, in two dimensions.

Formulas and search boxes are those of S. Surjanovic and D. Bingham, "Virtual
Library of Simulation Experiments: Test Functions and Datasets", except where a
constant is added to keep a function from being negative. Some are written so
that they cannot be negative after rounding either.
"""

import math

import tensorflow.compat.v1 as tf

from . import two_dimensional


class Rosenbrock(two_dimensional.Problem2D):
  """(1 - x)^2 + 100 (y - x^2)^2; least at (1, 1), where it is 0."""

  _LOW, _HIGH = (-5, -5), (10, 10)

  def _value(self, x, y):
    return tf.square(1 - x) + 100 * tf.square(y - tf.square(x))


class Saddle(two_dimensional.Problem2D):
  """x^2 - y^2; unbounded below, hence not for meta-training."""

  def _value(self, x, y):
    return tf.square(x) - tf.square(y)


class LogSumExp(two_dimensional.Problem2D):
  """log(e^(x + 3y - 0.1) + e^(x - 3y - 0.1) + e^(-x - 0.1) + 1)."""

  def _value(self, x, y):
    exponents = [x + 3 * y - 0.1, x - 3 * y - 0.1, -x - 0.1, tf.zeros_like(x)]
    return tf.reduce_logsumexp(tf.stack(exponents), axis=0)


class Ackley(two_dimensional.Problem2D):
  """Many shallow holes around a deep one at (0, 0), where it is 0.

  -20 exp(-0.2 sqrt((x^2 + y^2) / 2))
  - exp((cos 2 pi x + cos 2 pi y) / 2) + e + 20.
  """

  _LOW, _HIGH = (-32.768, -32.768), (32.768, 32.768)

  def _value(self, x, y):
    # The offset makes both derivatives of the root finite at the minimum.
    radius = tf.sqrt(0.5 * (tf.square(x) + tf.square(y)) + 1e-16)
    ripples = 0.5 * (tf.cos(2 * math.pi * x) + tf.cos(2 * math.pi * y)) - 1
    # exp(a) - 1 <= 0 in either term, so that no rounding makes the sum < 0.
    return -20 * tf.math.expm1(-0.2 * radius) - math.e * tf.math.expm1(ripples)


class Beale(two_dimensional.Problem2D):
  """(1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2.

  Least at (3, 0.5), where it is 0.
  """

  _LOW, _HIGH = (-4.5, -4.5), (4.5, 4.5)

  def _value(self, x, y):
    y2 = tf.square(y)
    return (tf.square(1.5 - x + x * y) + tf.square(2.25 - x + x * y2) +
            tf.square(2.625 - x + x * y2 * y))


class Booth(two_dimensional.Problem2D):
  """(x + 2y - 7)^2 + (2x + y - 5)^2; least at (1, 3), where it is 0."""

  _LOW, _HIGH = (-10, -10), (10, 10)

  def _value(self, x, y):
    return tf.square(x + 2 * y - 7) + tf.square(2 * x + y - 5)


class StyblinskiTang(two_dimensional.Problem2D):
  """1/2 sum over x, y of (x^4 - 16 x^2 + 5 x), plus 80.

  Least at x = y = -2.903534, where it is 1.667668.
  """

  _LOW, _HIGH = (-5, -5), (5, 5)

  def _value(self, x, y):
    x2, y2 = tf.square(x), tf.square(y)
    return 80 + 0.5 * (x2 * (x2 - 16) + 5 * x + y2 * (y2 - 16) + 5 * y)


class Matyas(two_dimensional.Problem2D):
  """0.26 (x^2 + y^2) - 0.48 xy; least at (0, 0), where it is 0."""

  _LOW, _HIGH = (-10, -10), (10, 10)

  def _value(self, x, y):
    # The same as a sum of squares, which rounding cannot make negative.
    return (0.02 * (tf.square(x) + tf.square(y)) + 0.24 * tf.square(x - y))


class Branin(two_dimensional.Problem2D):
  """(y - b x^2 + c x - r)^2 + s (1 - t) cos x + s.

  b = 5.1 / (4 pi^2), c = 5 / pi, r = 6, s = 10, t = 1 / (8 pi). Least, and
  0.397887, at (-pi, 12.275), (pi, 2.275) and (9.42478, 2.475).
  """

  _LOW, _HIGH = (-5, 0), (10, 15)

  def _value(self, x, y):
    b, c = 5.1 / (4 * math.pi**2), 5 / math.pi
    r, s, t = 6.0, 10.0, 1 / (8 * math.pi)
    return (tf.square(y - b * tf.square(x) + c * x - r) +
            s * (1 - t) * tf.cos(x) + s)


class Michalewicz(two_dimensional.Problem2D):
  """2 - sin(x) sin(x^2 / pi)^(2m) - sin(y) sin(2 y^2 / pi)^(2m), m = 5.

  Flat but for two steep valleys; least at (2.18531, 1.570796), where it is
  0.193377.
  """

  _LOW, _HIGH = (0, 0), (math.pi, math.pi)

  def _value(self, x, y):
    # Not divided by pi: XLA cannot compile the second derivative of a division
    # when it is taken through a tf.while_loop.
    a, b = 1 / math.pi * tf.square(x), 2 / math.pi * tf.square(y)
    return (2 - tf.sin(x) * _tenth_power(tf.sin(a)) -
            tf.sin(y) * _tenth_power(tf.sin(b)))


def _tenth_power(x):
  # By products: the derivative of tf.pow also looks at the logarithm of x.
  x2 = tf.square(x)
  return tf.square(tf.square(x2)) * x2
