"""Objects whose hash and comparison can be heard, for the programs of tests."""

from __future__ import annotations

SHOUTING = """
class Shouts:
    def __init__(self, x):
        self.x = x
    def __hash__(self):
        note("hash", self.x)
        return 7
    def __eq__(self, other):
        note("eq", self.x)
        return True

@functional
def shouts(x):
    return Shouts(x)
"""
