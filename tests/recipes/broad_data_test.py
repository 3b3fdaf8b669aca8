# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the broad corpus's data sets."""

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from recipes import broad_data

# Arguments, the shape of data, the shape of labels, the number of classes.
_CASES = {
    "taught_classes": ((7, 300, 4), [300, 7], [300], 4),
    "taught_values": ((7, 300, 3), [300, 7], [300, 3], None),
    "raw_classes": ((7, 300, 4, 2.0), [300, 7], [300], 4),
    "raw_values": ((7, 300, 3, 2.0), [300, 7], [300, 3], None),
    "gratings": ((6, 300, 4), [300, 6, 6, 1], [300], 4),
    "bars": ((6, 300), [300, 36], [300], 1),
    "surface": ((9, 2, 300), [300, 9], [300], 1),
    "symbols": ((3, 5, 300), [300, 3], [300], 5),
    "signals": ((6, 2, 300, 4), [300, 6, 2], [300], 4),
    "ratings": ((8, 6, 2, 300), [300, 2], [300, 1], None),
}


class DataTest(parameterized.TestCase):

  @parameterized.parameters(*sorted(_CASES))
  def test_shapes_and_seeds(self, name):
    args, data_shape, labels_shape, classes = _CASES[name]
    make = getattr(broad_data, name)
    made = make(*args, random_seed=3)
    self.assertEqual(data_shape, list(made.data.shape))
    self.assertEqual(labels_shape, list(made.labels.shape))
    self.assertEqual(made, make(*args, random_seed=3))
    self.assertNotEqual(made, make(*args, random_seed=4))
    if classes:
      self.assertEqual(list(range(classes)), sorted(set(made.labels)))
    else:
      self.assertEqual(np.float32, made.labels.dtype)

  def test_taught_values_are_taught(self):
    """Variance 1 of the net's, 0.01 of the noise; means are 0."""
    made = broad_data.taught_values(5, 20000, 2, random_seed=1)
    np.testing.assert_allclose(made.labels.var(0), 1.01, atol=5e-3)
    np.testing.assert_allclose(made.labels.mean(0), 0, atol=5e-3)

  def test_raw_columns(self):
    plain = broad_data.taught_values(200, 50, 1, random_seed=1)
    raw = broad_data.raw_columns(plain, 4.0, random_seed=2)
    self.assertIs(plain.labels, raw.labels)
    units = np.log10(raw.data.std(0) / plain.data.std(0))
    self.assertBetween(units.min(), -2, -1.8)
    self.assertBetween(units.max(), 1.8, 2)
    shifts = raw.data.mean(0) / 10 ** units - plain.data.mean(0)
    self.assertBetween(shifts.std(), 0.8, 1.2)

  def test_gratings_are_waves(self):
    """Class 0 has waves of 3 pixels down the columns, without noise."""
    made = broad_data.gratings(6, 40, 2, noise=0.0, random_seed=1)
    images = made.data[made.labels == 0][..., 0]
    np.testing.assert_allclose(images[:, :3], images[:, 3:], atol=1e-5)
    np.testing.assert_allclose(
        images, np.repeat(images[:, :, :1], 6, 2), atol=1e-5)
    images = made.data[made.labels == 1][..., 0]
    np.testing.assert_allclose(images[:, :, :2], images[:, :, 4:], atol=1e-5)

  def test_bars(self):
    images = broad_data.bars(6, 300, random_seed=1).data.reshape([-1, 6, 6])
    self.assertBetween(images.min(), 0.05, 0.15)
    self.assertBetween(images.max(), 0.85, 0.95)
    bright = images > 0.5
    lines = np.maximum(bright.all(2)[:, :, None], bright.all(1)[:, None, :])
    np.testing.assert_array_equal(bright, lines)

  def test_surface_is_thin(self):
    """One factor moves 16 units together: most is in few dimensions."""
    data = broad_data.surface(30, 1, 2000, random_seed=1).data
    np.testing.assert_allclose(data.var(0), 1.01, atol=0.03)
    spectrum = np.linalg.svd(data - data.mean(0), compute_uv=False) ** 2
    self.assertGreater(spectrum[:5].sum() / spectrum.sum(), 0.95)

  def test_symbols_follow_pairs(self):
    made = broad_data.symbols(4, 3, 20000, random_seed=1)
    counts = np.zeros([3, 3, 3])
    np.add.at(counts, (made.data[:, -2], made.data[:, -1], made.labels), 1)
    # 0.8, and a third of the rest.
    np.testing.assert_allclose(
        counts.max(2) / counts.sum(2), 0.8 + 0.2 / 3, atol=0.03)

  def test_ratings(self):
    """Rank 2 and biases explain all but the noise."""
    made = broad_data.ratings(8, 6, 2, 40000, random_seed=1)
    i, j = made.data.T
    sums, counts = np.zeros([8, 6]), np.zeros([8, 6])
    np.add.at(sums, (i, j), made.labels[:, 0])
    np.add.at(counts, (i, j), 1)
    means = sums / counts
    np.testing.assert_allclose(
        np.sqrt(np.mean((made.labels[:, 0] - means[i, j]) ** 2)), 0.2,
        atol=0.01)
    spectrum = np.linalg.svd(means, compute_uv=False)
    self.assertGreater(spectrum[3], 0.2)
    self.assertLess(spectrum[4], 0.1)
    self.assertGreater(counts[0].sum(), 2 * counts[-1].sum())


if __name__ == "__main__":
  absltest.main()
