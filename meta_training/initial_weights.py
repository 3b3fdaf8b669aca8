# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Lets a new run begin with meta-parameters that were trained before."""

from optimizer import checkpoint_list
from optimizer import meta_checkpoint
from optimizer import meta_parameters
from optimizer import pretrained


def with_initial(optimizer_spec, initial, logdir, description, log):
  """A spec whose optimizer begins with trained meta-parameters.

  Args:
    optimizer_spec: Spec of the `TrainableOptimizer`.
    initial: None for those of the spec itself, or see
      `metaopt.train_optimizer`.
    logdir: See `InitialWeights`; so are the others.
    description: The description.
    log: The function.

  Returns:
    Something with a method `build`.
  """
  if initial is None:
    return optimizer_spec
  return InitialWeights(optimizer_spec, pretrained.directory(initial), logdir,
                        description, log)


class InitialWeights:
  """Takes the place of an optimizer's spec where the variables are made."""

  def __init__(self, optimizer_spec, directory, logdir, description, log):
    """Reads nothing yet.

    Args:
      optimizer_spec: Spec of the `TrainableOptimizer`.
      directory: String, where the checkpoint to begin with is.
      logdir: String, the run's own; if there is a checkpoint the run goes on
        from that.
      description: The `run_description.RunDescription` of the spec.
      log: Function of a string, called with which it is.
    """
    self._optimizer_spec = optimizer_spec
    self._directory = directory
    self._logdir = logdir
    self._description = description
    self._log = log

  def build(self):
    """Constructs the optimizer; its initializers yield the checkpoint's values.

    Returns:
      A `TrainableOptimizer`.

    Raises:
      ValueError: If the checkpoint cannot be read or does not fit.
    """
    optimizer = self._optimizer_spec.build()
    if checkpoint_list.latest(self._logdir):
      self._log("the meta-parameters of {!r} have no effect: the run has "
                "its own".format(self._directory))
      return optimizer
    self._description.compare(self._directory, "is {} there and {} here")
    try:
      meta_checkpoint.checked_checkpoint(
          self._directory, meta_parameters.OPTIMIZER_SCOPE,
          optimizer.meta_parameters.declarations)
      optimizer.init_from_checkpoint(self._directory)
    except ValueError as error:
      raise ValueError(
          "Cannot begin with the meta-parameters of {!r}. {} (Shipped weights "
          "are {}.)".format(self._directory, error,
                            " and ".join(pretrained.names())))
    self._log("beginning with the meta-parameters of {!r}".format(
        self._directory))
    return optimizer
