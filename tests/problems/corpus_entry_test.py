# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the entries of a corpus."""

from absl.testing import absltest

from problems import corpus_entry
from problems import problem_spec

_SPEC = problem_spec.Spec(dict)


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


if __name__ == "__main__":
  absltest.main()
