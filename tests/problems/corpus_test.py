# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of a corpus: its entries, options for all of them, and its table."""

from absl.testing import absltest

from problems import classifiers
from problems import corpus_entry
from problems import corpus_options
from problems import corpus_table
from problems import datasets
from problems import problem_spec
from problems import quadratics
from problems import wrappers

_spec = problem_spec.Spec.of
_SPEC = problem_spec.Spec(dict)


class PenaltyTest(absltest.TestCase):

  def test_classifiers_get_it_and_nothing_else_does(self):
    entries = [
        (_spec(classifiers.SoftmaxRegression, 4, 2, noise_stdev=0.5), "data",
         3),
        (_spec(quadratics.Quadratic, 3), None, None),
        (_spec(wrappers.SumTask, [
            _spec(classifiers.FullyConnected, 4, 2),
            _spec(quadratics.Bowl, 1.0)]), None, None, "name")]
    changed = corpus_options.with_l2_reg_scale(entries, 0.25)
    self.assertEqual(
        ["SoftmaxRegression(4, 2, l2_reg_scale=0.25, noise_stdev=0.5)",
         "Quadratic(3)",
         "SumTask([FullyConnected(4, 2, l2_reg_scale=0.25), Bowl(1.0)])"],
        [repr(entry[0]) for entry in changed])
    self.assertEqual([entry[1:] for entry in entries],
                     [entry[1:] for entry in changed])
    self.assertEqual({"noise_stdev": 0.5}, entries[0][0].kwargs)


class SeedTest(absltest.TestCase):

  def _seeded(self, seed, *specs):
    return [entry[0] for entry in corpus_options.with_random_seeds(
        [(spec, None, None) for spec in specs], seed)]

  def test_what_has_none_gets_one(self):
    specs = [_spec(quadratics.Quadratic, 3)] * 2
    first, again, other = [self._seeded(seed, *specs) for seed in (1, 1, 2)]
    self.assertEqual(first, again)
    seeds = [spec.kwargs["random_seed"] for spec in first + other]
    self.assertLen(set(seeds), 4)

  def test_given_ones_are_kept(self):
    spec = _spec(quadratics.Quadratic, 3, random_seed=0)
    self.assertEqual([spec], self._seeded(1, spec))
    without, = self._seeded(1, _spec(dict))
    self.assertEqual({}, without.kwargs)

  def test_a_wrapper_goes_by_what_it_wraps(self):
    spec, = self._seeded(1, _spec(
        wrappers.SparseProblem, _spec(quadratics.Quadratic, 3)))
    self.assertEqual({}, spec.kwargs)
    self.assertIn("random_seed", spec.args[0].kwargs)

  def test_lazy_data(self):
    lazy = datasets.LazyDataset(datasets.random, (3, 20), {"n_classes": 2})
    fixed = datasets.LazyDataset(datasets.random, (3, 20), {"random_seed": 5})
    made = datasets.LazyDataset(datasets.random, (3, 20))
    self.assertEqual(20, made.size)
    spec = _spec(quadratics.Quadratic, 3)
    first, again = [[entry[1] for entry in corpus_options.with_random_seeds(
        [(spec, dataset, 4) for dataset in (lazy, fixed, made)], 7)]
                    for _ in range(2)]
    self.assertFalse(lazy.is_made or first[0].is_made)
    self.assertEqual(2, first[0].kwargs["n_classes"])
    self.assertEqual(first[0].kwargs, again[0].kwargs)
    self.assertEqual(first[0], again[0])
    self.assertEqual([fixed.kwargs, made.kwargs],
                     [dataset.kwargs for dataset in first[1:]])
    self.assertIs(made, first[2])


class CorpusEntryTest(absltest.TestCase):

  def test_defaults(self):
    self.assertEqual((_SPEC, None, None, None),
                     tuple(corpus_entry.CorpusEntry(_SPEC)))

  def test_tuples(self):
    for value in ((_SPEC, "data", 5), [_SPEC, "data", 5],
                  (_SPEC, "data", 5, "name", 5678)):
      entry = corpus_entry.as_entry(value)
      self.assertIsInstance(entry, corpus_entry.CorpusEntry)
      # What follows in a tuple is left out.
      self.assertEqual((_SPEC, "data", 5, None), tuple(entry))

  def test_an_entry_stays_what_it_is(self):
    entry = corpus_entry.CorpusEntry(_SPEC, "data", 5, "bowl")
    self.assertIs(entry, corpus_entry.as_entry(entry))

  def test_what_is_no_entry(self):
    for value in (5, dict, _SPEC, (_SPEC, None)):
      with self.assertRaisesRegexp(ValueError, "among its items is "):
        corpus_entry.as_entry(value)
    for value in ((dict, None, None), corpus_entry.CorpusEntry("Quadratic")):
      with self.assertRaisesRegexp(ValueError,
                                   "must begin with a problem_spec.Spec"):
        corpus_entry.as_entry(value)


def _quadratic(n):
  del n


class CorpusTableTest(absltest.TestCase):

  def test_by_hand(self):
    spec = problem_spec.Spec(_quadratic, (3,))
    data = datasets.LazyDataset(datasets.random, (3, 10), {})
    text = corpus_table.table([
        ("a", [(spec, datasets.EMPTY_DATASET, None)] * 2),
        ("bcdef", [(spec, data, 5)])])
    self.assertEqual([
        "      set    problem" + " " * 43 + "data" + " " * 42 + "batch",
        "   0  a      _quadratic(3)",
        "   1  a      _quadratic(3)",
        "   2  bcdef  _quadratic(3)" + " " * 37 + "random(3, 10)" + " " * 37 +
        "5"], text.splitlines())

  def test_long_descriptions_go_on_below(self):
    spec = problem_spec.Spec(_quadratic, (list(range(30)),))
    lines = corpus_table.table(
        [("a", [(spec, datasets.EMPTY_DATASET, None)])]
    ).splitlines()[1:]
    self.assertLen(lines, 3)
    self.assertEqual(repr(spec), " ".join(
        [lines[0][9:].strip()] + [line.strip() for line in lines[1:]]))


if __name__ == "__main__":
  absltest.main()
