# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of progress text and summaries."""

import io
import re
import time

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import reports
from optimizer import global_learning_rate
from problems import corpus_entry
from problems import problem_spec
from tests.meta_training import harness


def _events(logdir):
  """Returns dict from tag to list of (step, value) of all event files."""
  values = {}
  for path in sorted(tf.io.gfile.glob(logdir + "/events.out.tfevents.*")):
    for event in tf.train.summary_iterator(path):
      for value in event.summary.value:
        if value.tag != "run":  # Text, see run_record_test.
          values.setdefault(value.tag, []).append((event.step, value))
  return values


class _Nothing(harness.Parabola):

  def objective(self, parameters, data=None, labels=None):
    return float("nan") * super().objective(parameters)


class TextTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters((False, "ratio"), (True, "log"))
  def test_lines(self, use_log_objective, kind):
    logdir = harness.directory(self)
    _, text = harness.train(
        logdir, harness.without_data(harness.Parabola, curvature=2.5),
        problem_spec.Spec(global_learning_rate.GlobalLearningRate, (),
                          {"use_log_objective": use_log_objective}),
        num_problems=2, num_meta_iterations=2, num_unrolls=2, num_steps=3)
    run = (r"  run %d: meta-objective -?\d\.\d+, \d+\.\d+ s, [\d,]+ steps/s, "
           r"2 unrolls of 3 steps")
    expected = []
    for visit in (1, 2):
      expected += [
          r"problem %d of 2: Parabola\(curvature=2\.5\), ready after "
          r"\d+\.\d+ s" % visit, run % 1, run % 2,
          "  saved " + re.escape("%s/model.ckpt-%d" % (logdir, 4 * visit)),
          r"  %d of 2 problems done, [\d.e+]+ updates/s, mean meta-objective "
          r"-?\d\.\d+ \(%s, lower is better\), 0:00:\d\d left" % (visit, kind)]
    lines = text.splitlines()
    self.assertLen(lines, len(expected))
    for pattern, line in zip(expected, lines):
      self.assertTrue(re.match(pattern + "$", line), (pattern, line))

  def test_lengths_of_unrolls(self):
    for lengths, expected in (
        ([1] * 94 + [50, 1226], "96 unrolls, 1-1,226 steps (mean 14)"),
        ([2000], "1 unroll of 2,000 steps"),
        ([3, 3], "2 unrolls of 3 steps")):
      self.assertEqual(expected, reports._unrolls(lengths))

  def _fast_visits(self, verbosity):
    """Text of 50 visits to a problem whose meta-gradients are not finite."""
    out = io.StringIO()
    with self.assertRaisesRegex(ValueError, "nothing was learned"):
      harness.train(
          harness.directory(self), harness.without_data(_Nothing), out=out,
          num_problems=50, num_unrolls=2, num_steps=1, verbosity=verbosity)
    return out.getvalue()

  def test_fast_visits_are_throttled(self):
    begin = time.time()
    lines = self._fast_visits(reports.SCREENFUL).splitlines()
    shown = [line for line in lines if line.startswith("problem ")]
    visits = [int(line.split()[1]) for line in shown]
    # In five lines each: a screenful, what a minute brings, and the last.
    self.assertLess(len(visits), 8 + 24 * (time.time() - begin) / 60)
    self.assertEqual([1, 2], visits[:2])
    self.assertEqual(50, visits[-1])
    hidden = [int(re.search(r"\d+", line).group()) for line in lines
              if line.startswith("(")]
    self.assertEqual(50, sum(hidden) + len(visits))
    # None is lost: each is told, at once or by the next visit that is shown.
    unrolls = [int(re.search(r" of (\d+) meta-gradients", line).group(1))
               for line in lines if "meta-gradients" in line]
    self.assertEqual(100, sum(unrolls))

  def test_everything(self):
    text = self._fast_visits(reports.EVERYTHING)
    self.assertEqual(50, text.count("\n  run 1:"))
    self.assertNotIn("not shown", text)

  def test_what_needs_attention(self):
    lines = self._fast_visits(reports.ATTENTION).splitlines()
    self.assertLen(lines, 51)
    self.assertIn("is not finite where runs start", lines[0])
    for line in lines[1:]:
      self.assertTrue(line.startswith(
          "  2 of 2 meta-gradients had elements that are infinite or not a "
          "number, which count as zero"), line)

  def test_nonfinite_meta_objectives(self):
    _, text = harness.train(
        harness.directory(self), harness.without_data(_Nothing) +
        harness.without_data(harness.Parabola), num_problems=2,
        select_random_problems=False)
    self.assertIn("meta-objective nan", text)
    last = text.splitlines()[-1]
    self.assertTrue(re.match(
        r"  2 of 2 problems done, .* mean meta-objective 0\.\d+ \(",
        last), last)

  def test_is_flushed(self):
    class Stream(io.StringIO):
      flushed = 0

      def flush(self):
        self.flushed += 1

    out = Stream()
    harness.train(harness.directory(self),
                  harness.without_data(harness.Parabola), out=out)
    self.assertGreaterEqual(out.flushed, len(out.getvalue().splitlines()))


class SummariesTest(tf.test.TestCase):

  def test_of_a_run(self):
    logdir, metadata = harness.directory(self), []
    harness.train(
        logdir, harness.without_data(harness.Parabola),
        harness.OPTIMIZER_SPECS["hierarchical"], num_meta_iterations=2,
        learning_rate=0.01, callbacks=[lambda *args: metadata.append(args[3])])
    events = _events(logdir)
    names = list(harness.meta_parameters(logdir))
    tags = ["MetaObjective", "Parabola_MetaObjective",
            "nonfinite_meta_gradient_elements", "seconds_per_run",
            "throughput/inner_steps_per_second",
            "throughput/meta_updates_per_second"]
    for name in names:
      tags += [name + suffix for suffix in ("_var", "_grad", "_rawgrad")]
    self.assertEqual([], sorted(set(tags) - set(events)))
    states = [tag for tag in events if tag.startswith("State/")]
    self.assertIn("State/parameter", states)
    self.assertIn("State/log_learning_rate", states)
    self.assertEqual(sorted(tags + states), sorted(events))
    for tag, values in events.items():
      # Two visits of two runs of two unrolls.
      self.assertEqual([4, 8], [step for step, _ in values], tag)
    for visit, (_, value) in zip(metadata, events["MetaObjective"]):
      self.assertAllClose(np.mean(visit["meta_objs"]), value.simple_value)
    steps = events["throughput/inner_steps_per_second"]
    for visit, (_, value) in zip(metadata, steps):
      self.assertAllClose(12 / sum(visit["runtimes"]), value.simple_value,
                          rtol=1e-4)
    for _, value in events["throughput/meta_updates_per_second"]:
      # At most those of the runs alone.
      self.assertBetween(value.simple_value, 1e-3, max(
          4 / sum(visit["runtimes"]) for visit in metadata))

  def test_of_sets(self):
    logdir, metadata = harness.directory(self), []
    names = ["noisy", "bowl", "noisy"]
    corpus = [
        corpus_entry.CorpusEntry(*entry, set_name=name) for name, entry in zip(
            names, harness.without_data(harness.Parabola) * 3)]
    harness.train(
        logdir, corpus, num_problems=3, select_random_problems=False,
        callbacks=[lambda *args: metadata.append(args[3])])
    events = _events(logdir)
    means = [np.float32(np.mean(visit["meta_objs"])) for visit in metadata]
    self.assertLen(set(means), 3)
    shown = [[value.simple_value for _, value in
              events["MetaObjective/set/" + name]] for name in names[:2]]
    self.assertEqual([2, 1], [len(values) for values in shown])
    self.assertEqual(sorted(means), sorted(shown[0] + shown[1]))

  def test_descriptions(self):
    logdir = harness.directory(self)
    corpus = [corpus_entry.CorpusEntry(*entry, set_name="bowl")
              for entry in harness.without_data(harness.Parabola)]
    harness.train(logdir, corpus, harness.OPTIMIZER_SPECS["hierarchical"],
                  num_problems=1)
    described = {tag: values[0][1].metadata.summary_description
                 for tag, values in _events(logdir).items()}
    self.assertEqual([], [tag for tag, text in described.items() if not text])
    for tag, words in (
        ("MetaObjective", "unrolls of a visit;"),
        ("MetaObjective/set/bowl", "this set"),
        ("Parabola_MetaObjective", "this class"),
        ("State/parameter", "optimizer's state")):
      self.assertIn(words, described[tag])

  def test_runs_that_all_broke_early(self):
    logdir, spec = harness.directory(self), problem_spec.Spec(
        harness.GLOBAL.callable, (1.0,))
    _, text = harness.train(
        logdir, harness.without_data(harness.Parabola), spec, num_problems=1,
        num_steps=4, obj_train_max_multiplier=2)
    self.assertIn("  Broke early at 1 out of 2 unrolls\n  run 1:", text)
    events = _events(logdir)
    self.assertNotIn("MetaObjective", events)
    self.assertIn("LOL/global_learning_rate_grad", events)

  def test_histogram(self):
    value = reports._histogram("tag", [[1.0, 2.0], [np.nan, 4.0]])
    histogram = value.histo
    self.assertEqual((1.0, 4.0, 3, 7.0, 21.0), (
        histogram.min, histogram.max, histogram.num, histogram.sum,
        histogram.sum_squares))
    self.assertEqual(3, sum(histogram.bucket))
    self.assertLen(histogram.bucket_limit, len(histogram.bucket))
    self.assertGreaterEqual(histogram.bucket_limit[-1], 4.0)

  def test_histogram_of_equal_values(self):
    for number in (0.0, -2.5, 3e38):
      values = np.full([5], number, np.float32)
      histogram = reports._histogram("tag", values).histo
      self.assertEqual([5.0], histogram.bucket)
      self.assertEqual([values[0]], histogram.bucket_limit)

  def test_histogram_of_nothing(self):
    self.assertIsNone(reports._histogram("tag", [np.nan, np.inf]))
    self.assertIsNone(reports._histogram("tag", []))

  def test_histogram_of_extremes(self):
    for values in ([3.0], [3.4e38, -3.4e38], [0.0, 0.0], [1e-45, 0.0]):
      histogram = reports._histogram("tag", np.float32(values)).histo
      self.assertEqual(len(values), sum(histogram.bucket))

  def test_adds_nothing_to_the_default_graph(self):
    harness.train(harness.directory(self),
                  harness.without_data(harness.Parabola), num_problems=1)
    self.assertEqual([], tf.get_default_graph().get_operations())


if __name__ == "__main__":
  tf.test.main()
