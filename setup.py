# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Installs the optimizers and the problems, under the name learned_optimizer.

  from learned_optimizer.optimizer import hierarchical_rnn
"""

import io
import os

import setuptools

_HERE = os.path.dirname(os.path.abspath(__file__))

_README = os.path.join(_HERE, "README.md")


def _files_below(package, folder):
  """Returns the paths of all files in package/folder, relative to package."""
  found = []
  for parent, _, names in os.walk(os.path.join(_HERE, package, folder)):
    found.extend(
        os.path.relpath(os.path.join(parent, name),
                        os.path.join(_HERE, package)) for name in names)
  return sorted(found)


def _long_description():
  if not os.path.exists(_README):
    return ""
  with io.open(_README, encoding="utf-8") as readme:
    return readme.read()


setuptools.setup(
    name="learned-optimizer",
    version="0.1.0",
    description="Learned optimizers that scale and generalize, for "
                "TensorFlow 1.15",
    long_description=_long_description(),
    long_description_content_type="text/markdown",
    author="The Learned Optimizer Authors",
    license="Apache-2.0",
    # The source folders are named as they are imported at the root of the
    # repository; installed, they are sub-packages, so that they cannot clash
    # with an `optimizer` or `problems` of somebody else.
    packages=[
        "learned_optimizer",
        "learned_optimizer.optimizer",
        "learned_optimizer.optimizer.drop_in",
        "learned_optimizer.optimizer.unroll",
        "learned_optimizer.problems",
    ],
    package_dir={
        "learned_optimizer": "tools/package",
        "learned_optimizer.optimizer": "optimizer",
        "learned_optimizer.optimizer.drop_in": "optimizer/drop_in",
        "learned_optimizer.optimizer.unroll": "optimizer/unroll",
        "learned_optimizer.problems": "problems",
    },
    package_data={
        "learned_optimizer.optimizer": _files_below("optimizer", "pretrained"),
    },
    python_requires=">=2.7,!=3.0.*,!=3.1.*,!=3.2.*,!=3.3.*,!=3.4.*,!=3.5.*,"
                    "<3.8",
    install_requires=[
        "absl-py",
        "numpy",
        # TensorFlow 1.15 allows later ones, with which it cannot be imported.
        "protobuf<3.21",
        "six",
        "tensorflow>=1.15,<1.16",
    ],
    classifiers=[
        "License :: OSI Approved :: Apache Software License",
        "Operating System :: POSIX :: Linux",
        "Programming Language :: Python :: 2.7",
        "Programming Language :: Python :: 3.6",
        "Programming Language :: Python :: 3.7",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
    ],
    zip_safe=False,
)
