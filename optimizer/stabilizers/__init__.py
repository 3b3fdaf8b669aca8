# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What this project adds around the step of 2017: an object for each.

`HierarchicalRNN(stabilizers=(RateDecay(), StepLimit(), ...))`; see
`stabilizer.Stabilizer` for what they are made of.
"""

from .gradient_history import GradientHistory
from .rate_decay import RateDecay
from .schedule import Schedule
from .sparse_steps import SparseSteps
from .stabilizer import Stabilizer
from .step_limit import StepLimit

ALL = (RateDecay, StepLimit, GradientHistory, SparseSteps, Schedule)
"""All classes, in an order in which they may follow each other."""
