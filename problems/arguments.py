# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What arguments a function has: some are handed in only where they fit.

The twin of this module is in `optimizer`: neither package imports the other.
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import inspect

import six


def takes(function, name):
  """Whether a function has an argument of a name.

  Args:
    function: A function or method, a class (whose constructor counts), or
      anything else that can be called.
    name: String.

  Returns:
    Bool; False if Python cannot tell, as of functions written in C.
  """
  get_arguments = (inspect.getfullargspec if six.PY3
                   else inspect.getargspec)  # pylint: disable=deprecated-method
  if inspect.isclass(function):
    function = function.__init__
  try:
    return name in get_arguments(function).args
  except TypeError:
    return False
