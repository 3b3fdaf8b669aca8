# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The one place to import any problem class from."""

# pylint: disable=unused-import
from .classifiers import ConvNet
from .classifiers import FullyConnected
from .classifiers import OneHotSparseSoftmaxRegression
from .classifiers import SoftmaxRegression
from .classifiers import SparseSoftmaxRegression
from .data_dependent import DependencyChain
from .data_dependent import MinMaxWell
from .data_dependent import OutwardSnake
from .data_dependent import ProjectionQuadratic
from .data_dependent import SumOfQuadratics
from .matmul import matmul_problem_sequence
from .matmul import MatMulAlgorithm
from .model_adapter import ModelAdapter
from .noise import MAX_SEED
from .noise import StatefulNoise
from .problem import EPSILON
from .problem import init_fixed_variables
from .problem import PARAMETER_SCOPE
from .problem import Problem
from .quadratics import Bowl
from .quadratics import IsotropicQuadratic
from .quadratics import Norm
from .quadratics import Quadratic
from .rosenbrock_model import make_rosenbrock_loss_and_init
from .softmax_classifier import SoftmaxClassifier
from .test_functions import Ackley
from .test_functions import Beale
from .test_functions import Booth
from .test_functions import Branin
from .test_functions import LogSumExp
from .test_functions import Matyas
from .test_functions import Michalewicz
from .test_functions import Rosenbrock
from .test_functions import Saddle
from .test_functions import StyblinskiTang
from .two_dimensional import Problem2D
from .wrappers import LogObjective
from .wrappers import Rescale
from .wrappers import SparseProblem
from .wrappers import SumTask
