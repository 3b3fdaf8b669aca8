# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Ports for servers that a program or a test starts on this machine."""

import socket


def find(count):
  """Finds ports nobody listens at.

  They are free when this returns; another program may take one before the
  caller does.

  Args:
    count: Integer, how many.

  Returns:
    List of different integers.
  """
  sockets = [socket.socket() for _ in range(count)]
  try:
    for each in sockets:
      each.bind(("127.0.0.1", 0))
    return [each.getsockname()[1] for each in sockets]
  finally:
    for each in sockets:
      each.close()
