# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The corpus: named sets of problems for meta-training and evaluation.

Each function returns a list of `(Spec, Dataset, batch_size)` tuples, the latter
two None without data; `test_problems` adds a name and a seed. Nothing is built
and no data are made before they are needed.

`FLAGGED_SETS` says which sets make up the meta-training corpus.
"""

import functools
import math
import typing

import numpy as np
import tensorflow.compat.v1 as tf

from . import datasets
from . import matmul
from . import model_adapter
from . import problem_generator as pg
from . import problem_spec
from .rosenbrock_model import make_rosenbrock_loss_and_init

_Spec = problem_spec.Spec
_spec = problem_spec.Spec.of


def _data(fn, *args, **kwargs):
  return datasets.LazyDataset(fn, args, kwargs)


def _without_data(specs):
  return [(spec, None, None) for spec in specs]


# Quadratics, norms and bowls.


def quadratic_problems():
  """Returns four quadratics."""
  return _without_data(_spec(pg.Quadratic, n) for n in (20, 25, 50, 100))


def quadratic_problems_noisy():
  """Returns four quadratics, with noise but for one."""
  return _without_data(
      _spec(pg.Quadratic, n, noise_stdev=noise_stdev)
      for n, noise_stdev in ((20, 0.5), (25, 0.0), (50, 1.0), (100, 2.0)))


def quadratic_problems_large():
  """Returns three quadratics of 784 to 2048 dimensions."""
  return _without_data(_spec(pg.Quadratic, n) for n in (784, 1024, 2048))


def bowl_problems():
  """Returns four bowls."""
  return _bowls(noise_stdev=0.0)


def bowl_problems_noisy():
  """Returns four bowls with noise."""
  return _bowls(noise_stdev=0.1)


def _bowls(**kwargs):
  specs = [_spec(pg.Bowl, condition, **kwargs) for condition in (0.1, 1.0, 5.0)]
  specs.append(_spec(pg.Bowl, 5.0, angle=math.pi / 4, **kwargs))
  return _without_data(specs)


def norm_problems():
  """Returns three norms."""
  return _without_data(
      _spec(pg.Norm, n, norm_power=power)
      for n, power in ((27, 1.0), (25, 2.0), (22, 3.0)))


def norm_problems_noisy():
  """Returns three norms with noise."""
  return _without_data(
      _spec(pg.Norm, n, noise_stdev=0.1, norm_power=power)
      for n, power in ((19, 1.0), (26, 2.0), (23, 3.0)))


# Test functions.


def optimization_test_problems():
  """Returns nine test functions of two variables."""
  return _test_functions()


def optimization_test_problems_noisy():
  """Returns nine test functions of two variables, with noise."""
  return _test_functions(noise_stdev=1.0)


def _test_functions(**kwargs):
  return _without_data(
      _spec(function, **kwargs)
      for function in (pg.Ackley, pg.Beale, pg.Booth, pg.Branin, pg.LogSumExp,
                       pg.Matyas, pg.Michalewicz, pg.Rosenbrock,
                       pg.StyblinskiTang))


# Classifiers.


def softmax_2_class_problems():
  """Returns four linear classifiers of two classes."""
  return _softmax_regressions([{}] * 4)


def softmax_2_class_problems_noisy():
  """Returns four linear classifiers of two classes, with noise."""
  return _softmax_regressions(
      [{"noise_stdev": stdev} for stdev in (0.5, 0.1, 0.1, 0.5)])


def _softmax_regressions(kwargs):
  table = ((10, {"sep": 2.0}, 100), (100, {}, 50), (200, {"sep": 1.5}, 20),
           (256, {"sep": 1.5}, 100))
  return [(_Spec(pg.SoftmaxRegression, (n, 2), problem_kwargs),
           _data(datasets.random, n, 1000, random_seed=123, **options), size)
          for (n, options, size), problem_kwargs in zip(table, kwargs)]


def sparse_softmax_2_class_sparse_problems():
  """Returns a linear classifier of bags of integers, by embeddings."""
  return _parity_classifier(pg.SparseSoftmaxRegression)


def one_hot_sparse_softmax_2_class_sparse_problems():
  """Returns a linear classifier of bags of integers, by one-hot vectors."""
  return _parity_classifier(pg.OneHotSparseSoftmaxRegression)


def _parity_classifier(classifier):
  return [(_spec(classifier, 5, 2, noise_stdev=0.0),
           _data(datasets.noisy_parity_class, 5, random_seed=123), 23)]


def fully_connected_random_2_class_problems():
  """Returns twelve small nets that learn from other random nets."""
  return [_perceptron(*row) for row in (
      (8, [8, 5], 10), (12, [8, 5, 3], 200), (5, [4, 4, 4, 4], 100),
      (11, [4, 5, 6], 64), (9, [8], 128), (7, [8, 5], 16), (8, [32, 64], 10),
      (12, [16, 8, 3], 200), (5, [8, 8, 8, 8], 100), (11, [10, 12, 12], 64),
      (9, [32], 128), (7, [32, 64], 16))]


def _perceptron(n_features, hidden_sizes, batch_size):
  return (_spec(pg.FullyConnected, n_features, 2, hidden_sizes=hidden_sizes,
                activation=tf.nn.sigmoid),
          _data(datasets.random_mlp, n_features, 1000), batch_size)


# Problems with awkward geometry.


def dependency_chain_problems():
  """Returns ten dependency chains."""
  return _with_binary_data(pg.DependencyChain)


def outward_snake_problems():
  """Returns ten outward snakes."""
  return _with_binary_data(pg.OutwardSnake)


def _with_binary_data(problem_class):
  return [(_spec(problem_class, n), _data(datasets.random_binary, n, n_samples),
           batch_size)
          for n, n_samples, batch_size in (
              (20, 1000, 100), (12, 200, 10), (56, 5000, 100), (64, 1000, 50),
              (13, 10000, 50), (20, 1000, 128), (12, 300, 16), (56, 5000, 128),
              (64, 1000, 64), (13, 10000, 32))]


def min_max_well_problems():
  """Returns five min-max wells."""
  return _without_data(_spec(pg.MinMaxWell, n) for n in (20, 12, 56, 64, 13))


def projection_quadratic_problems():
  """Returns ten projection quadratics."""
  return _with_symmetric_data(pg.ProjectionQuadratic)


def sum_of_quadratics_problems():
  """Returns ten sums of quadratics."""
  return _with_symmetric_data(pg.SumOfQuadratics)


def _with_symmetric_data(problem_class):
  return [(_spec(problem_class, n),
           _data(datasets.random_symmetric, n, n_samples), batch_size)
          for n, n_samples, batch_size in (
              (20, 1000, 100), (12, 100, 10), (56, 5000, 100), (64, 1000, 50),
              (13, 10000, 50), (20, 1000, 128), (12, 100, 16), (56, 5000, 128),
              (64, 1000, 64), (13, 10000, 32))]


def matmul_problems():
  """Returns ten problems of multiplying 2 x 2 and 3 x 3 matrices."""
  return (matmul.matmul_problem_sequence(2, 5, 8) +
          matmul.matmul_problem_sequence(3, 19, 24))


# Problems made from others.


def rescale_problems():
  """Returns nine rescaled norms and quadratics."""
  norms = ((2.5, 0.123), (1.5, 8), (2.0, 50), (3.0, 200), (1.0, 1000))
  quadratics = ((20, 0.1), (25, 10.0), (50, 350.0), (100, 132))
  specs = [_spec(pg.Rescale, _spec(pg.Norm, 18, norm_power=power), scale=scale)
           for power, scale in norms]
  specs.extend(_spec(pg.Rescale, _spec(pg.Quadratic, n), scale=scale)
               for n, scale in quadratics)
  return _without_data(specs)


def log_objective_problems():
  """Returns the logarithms of three quadratics and three bowls."""
  return _without_data(
      _spec(pg.LogObjective, spec) for spec in _quadratics_and_bowls())


def sparse_gradient_problems():
  """Returns three quadratics and three bowls with sparse gradients."""
  return _without_data(
      _spec(pg.SparseProblem, spec) for spec in _quadratics_and_bowls())


def sparse_gradient_problems_mlp():
  """Returns three small nets with sparse gradients."""
  return [(_spec(pg.SparseProblem, spec), dataset, batch_size)
          for spec, dataset, batch_size in
          fully_connected_random_2_class_problems()[:3]]


def _quadratics_and_bowls():
  return ([_spec(pg.Quadratic, n) for n in (20, 50, 100)] +
          [_spec(pg.Bowl, condition) for condition in (0.1, 1.0, 5.0)])


def sum_problems():
  """Returns six sums of two to eleven problems."""
  quadratic = functools.partial(_spec, pg.Quadratic)
  functions = _summed_functions()
  return _sums(
      [quadratic(n) for n in (11, 3, 9, 7, 5, 13, 12)],
      [_spec(pg.Norm, 18, norm_power=3), quadratic(25), _spec(pg.Rosenbrock)],
      functions,
      functions + [quadratic(5), quadratic(13)],
      [quadratic(11), quadratic(3)],
      functions[:3])


def sum_problems_noisy():
  """Returns two sums of problems, some of which have noise."""
  quadratic = functools.partial(_spec, pg.Quadratic)
  return _sums(
      [quadratic(n, noise_stdev=0.1) for n in (11, 3, 9, 7, 5, 13, 12)],
      _summed_functions() + [quadratic(5), quadratic(13, noise_stdev=0.5)])


def _summed_functions():
  return [_spec(function)
          for function in (pg.Rosenbrock, pg.LogSumExp, pg.Ackley, pg.Beale,
                           pg.Booth, pg.StyblinskiTang, pg.Matyas, pg.Branin,
                           pg.Michalewicz)]


def _sums(*lists_of_specs):
  return _without_data(_spec(pg.SumTask, specs) for specs in lists_of_specs)


# An adapted model.


def adapter_rosenbrock_local():
  """Returns Rosenbrock's function as an adapted model."""
  return _without_data(
      [_spec(model_adapter.ModelAdapter, make_rosenbrock_loss_and_init)])


def adapter_rosenbrock_worker():
  """Returns Rosenbrock's function as an adapted model on a cluster's worker."""
  return _without_data([
      _spec(model_adapter.ModelAdapter,
            functools.partial(make_rosenbrock_loss_and_init,
                              device="/job:worker"))
  ])


# Evaluation.


def test_problems():
  """Returns the problems that optimizers are compared on.

  Returns:
    A list of (Spec, Dataset, batch_size, name, seed) tuples. The seed is for
    `Problem.init_variables`: an int, a list of arrays, or None.
  """
  random10 = _data(datasets.random, 10, 10000, random_seed=1234)
  random20 = _data(datasets.random, 20, 10000, n_classes=10, random_seed=1234)
  mnist = _data(datasets.mnist)
  rows = []
  for name, problem_class, args in (("quad_problem", pg.Quadratic, (20,)),
                                    ("rosenbrock", pg.Rosenbrock, ())):
    for suffix, kwargs in (("", {}), ("_noise", {"noise_stdev": 1.0})):
      spec = _spec(problem_class, *args, random_seed=1234, **kwargs)
      rows.append((spec, None, None, name + suffix, 5678))
  for suffix, kwargs in (("", {}), ("_noise", {"noise_stdev": 1.0})):
    spec = _spec(pg.SoftmaxRegression, 10, 2, **kwargs)
    rows.append((spec, random10, 100, "softmax" + suffix, 5678))
  rows.append((_spec(pg.FullyConnected, 10, 2), random10, 100, "mlp_small",
               _random_start(10, 32, 64, 2)))
  rows.append((_spec(pg.FullyConnected, 20, 10), random20, 100, "mlp_large",
               _random_start(20, 32, 64, 10)))
  for activation in (tf.nn.sigmoid, tf.nn.relu):
    spec = _spec(pg.FullyConnected, 784, 10, hidden_sizes=[64],
                 activation=activation)
    rows.append((spec, mnist, 64, "mlp_mnist_" + activation.__name__,
                 _random_start(784, 64, 10)))
  for activation in (tf.nn.sigmoid, tf.nn.relu):
    spec = _spec(pg.ConvNet, (1, 28, 28), 10, [(3, 3, 8), (5, 5, 8)],
                 activation=activation)
    rows.append((spec, mnist, 64, "convnet_mnist_" + activation.__name__, None))
  return rows


def _random_start(*sizes):
  """Returns arrays for a `FullyConnected` of the given layer sizes."""
  rng = np.random.RandomState(5678)
  arrays = []
  for rows, columns in zip(sizes[:-1], sizes[1:]):
    for shape in ([rows, columns], [columns]):
      arrays.append((rng.randn(*shape) * 1.2 / math.sqrt(shape[0])).astype(
          np.float32))
  return arrays


# The corpus.


class FlaggedSet(typing.NamedTuple):
  """What one `include_*` flag of metarun stands for.

  Attributes:
    set_functions: A tuple of functions of this module, whose problems the flag
      includes.
    default: A bool, the flag's default.
  """
  set_functions: tuple
  default: bool


# Flag name -> FlaggedSet, in the order in which the corpus lists the problems.
FLAGGED_SETS = {
    "include_%s_problems" % name: FlaggedSet(set_functions, default)
    for name, set_functions, default in (
        ("softmax_2_class", (softmax_2_class_problems,), True),
        ("noisy_softmax_2_class", (softmax_2_class_problems_noisy,), True),
        ("optimization_test", (optimization_test_problems,), True),
        ("noisy_optimization_test", (optimization_test_problems_noisy,), True),
        ("fully_connected_random_2_class",
         (fully_connected_random_2_class_problems,), True),
        ("quadratic", (quadratic_problems,), False),
        ("noisy_quadratic", (quadratic_problems_noisy,), True),
        ("large_quadratic", (quadratic_problems_large,), True),
        ("bowl", (bowl_problems,), True),
        ("noisy_bowl", (bowl_problems_noisy,), True),
        ("sparse_softmax", (sparse_softmax_2_class_sparse_problems,), False),
        ("one_hot_sparse_softmax",
         (one_hot_sparse_softmax_2_class_sparse_problems,), False),
        ("sum", (sum_problems,), True),
        ("noisy_sum", (sum_problems_noisy,), True),
        ("sparse_gradient",
         (sparse_gradient_problems, sparse_gradient_problems_mlp), True),
        ("rescale", (rescale_problems,), True),
        ("norm", (norm_problems,), True),
        ("noisy_norm", (norm_problems_noisy,), True),
        ("dependency_chain", (dependency_chain_problems,), False),
        ("outward_snake", (outward_snake_problems,), False),
        ("min_max_well", (min_max_well_problems,), False),
        ("sum_of_quadratics", (sum_of_quadratics_problems,), False),
        ("projection_quadratic", (projection_quadratic_problems,), False),
        ("log_objective", (log_objective_problems,), True),
        ("matmul", (matmul_problems,), True))}
