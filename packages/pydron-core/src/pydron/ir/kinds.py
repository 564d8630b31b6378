"""The words that tell nodes of a graph apart, and the version of their serialised form."""

from __future__ import annotations

from typing import Literal

SCHEMA_VERSION = 1
"""Version of the serialised form. Raised when an older reader could misunderstand a document."""

Effect = Literal["pure", "local", "output", "world"]
"""What an operation does besides computing its value.

pure: nothing. local: changes only objects made in this function that nothing else can see.
output: writes out and returns nothing to the program. world: anything.
"""

Exit = Literal["next", "break", "continue", "return", "raise"]
"""How control leaves a region."""

StoreKind = Literal["attribute", "subscript", "augmented", "method", "delete"]
