# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Installs everything that is used as a library, as package learned_optimizer.

  import learned_optimizer
  optimizer = learned_optimizer.load()

and the commands lol-metarun and lol-compare.
"""

import io
import os
import re
import sys

import setuptools
from setuptools.command import build_py

_HERE = os.path.dirname(os.path.abspath(__file__))

_README = os.path.join(_HERE, "README.md")

# Where each sub-package's sources are.
_FOLDERS = ("optimizer", "optimizer/drop_in", "optimizer/keras",
            "optimizer/native", "optimizer/stabilizers", "optimizer/unroll",
            "problems", "meta_training", "meta_training/distributed",
            "meta_training/meta_gradients", "evaluation")
_MODULES = ("metaopt", "metarun", "metarun_checks", "metarun_flags")

if sys.version_info[:2] not in [(3, minor) for minor in (
    6, 7, 9, 10, 11, 12, 13)]:
  sys.exit("learned-optimizer needs CPython 3.6 or 3.7, for TensorFlow 1.15, "
           "or 3.9 to 3.13, for TensorFlow 2; this is Python {}.{}.".format(
               *sys.version_info[:2]))


def _version():
  with io.open(os.path.join(_HERE, "optimizer", "version.py"),
               encoding="utf-8") as source:
    return re.search(r'^__version__ = "(.*)"$', source.read(), re.M).group(1)


class _BuildPy(build_py.build_py):
  """Lets sources that import from the root import from the package."""

  def find_package_modules(self, package, package_dir):
    modules = super().find_package_modules(package, package_dir)
    if package == "learned_optimizer":
      modules += [(package, name, name + ".py") for name in _MODULES]
    return modules

  def build_module(self, module, module_file, package):
    result = super().build_module(module, module_file, package)
    target = self.get_module_outfile(
        self.build_lib, package.split("."), module)
    with io.open(target, encoding="utf-8") as source:
      text = source.read()
    rooms = sorted(set(folder.split("/")[0] for folder in _FOLDERS))
    text = re.sub(r"^(\s*)from ({})(?=[. ])".format("|".join(rooms)),
                  r"\1from learned_optimizer.\2", text, flags=re.M)
    text = re.sub(r"^(\s*)import ({})$".format("|".join(_MODULES)),
                  r"\1from learned_optimizer import \2", text, flags=re.M)
    with io.open(target, "w", encoding="utf-8") as built:
      built.write(text)
    return result


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
    version=_version(),
    description="Learned optimizers that scale and generalize, for "
                "TensorFlow 1.15 and 2",
    long_description=_long_description(),
    long_description_content_type="text/markdown",
    author="The Learned Optimizer Authors",
    license="Apache-2.0",
    project_urls={
        "Paper": "https://arxiv.org/abs/1703.04813",
    },
    # The source folders are named as they are imported at the root of the
    # repository; installed, they are sub-packages, so that they cannot clash
    # with an `optimizer` or `problems` of somebody else.
    packages=["learned_optimizer"] + [
        "learned_optimizer." + folder.replace("/", ".") for folder in _FOLDERS],
    package_dir=dict(
        {"learned_optimizer": "tools/package"},
        **{"learned_optimizer." + folder.replace("/", "."): folder
           for folder in _FOLDERS}),
    cmdclass={"build_py": _BuildPy},
    entry_points={"console_scripts": [
        "lol-compare = learned_optimizer.compare:run",
        "lol-metarun = learned_optimizer:run_metarun",
    ]},
    package_data={
        "learned_optimizer.optimizer": _files_below("optimizer", "pretrained"),
        # Compiled when it is first used.
        "learned_optimizer.optimizer.native": ["*.cc", "*.h"],
    },
    python_requires=">=3.6,<3.14,!=3.8.*",
    install_requires=[
        "absl-py",
        "numpy",
        # TensorFlow 1.15 allows later ones, with which it cannot be imported.
        "protobuf<3.21; python_version<'3.8'",
        "tensorflow>=1.15,<1.16; python_version<'3.8'",
        "tensorflow>=2.15,<2.16; python_version>='3.9' and "
        "python_version<'3.12'",
        "tensorflow>=2.16,<3; python_version>='3.12'",
        # RNN cells and Keras models, which later versions no longer have.
        "tf-keras>=2.16,<3; python_version>='3.12'",
    ],
    classifiers=[
        "License :: OSI Approved :: Apache Software License",
        "Development Status :: 4 - Beta",
        "Intended Audience :: Science/Research",
        "Operating System :: POSIX :: Linux",
        "Programming Language :: Python :: 3.6",
        "Programming Language :: Python :: 3.7",
        "Programming Language :: Python :: 3.9",
        "Programming Language :: Python :: 3.10",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
    ],
    zip_safe=False,
)
