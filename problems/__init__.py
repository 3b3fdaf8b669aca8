# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a learned optimizer is trained and judged on.

Import the modules, not this package: `problem_generator` for the problem
classes, `datasets` for their data, `problem_spec` to describe a problem before
it is built, `problem_sets` for the corpus, `model_adapter` for a model of your
own. Nothing here knows about optimizers.
"""
