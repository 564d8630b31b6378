"""Managers of ``with`` statements that are known to do nothing that others can see when they are entered and left."""

from __future__ import annotations

import contextlib

HARMLESS_MANAGERS: frozenset[type] = frozenset({contextlib.suppress, contextlib.nullcontext})
"""Classes; making such an object does nothing either."""
