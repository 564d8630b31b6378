"""Functions that classes call: constructors, properties, ``super()``, objects that can be called. They fail as in Python."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check

CLASSES = """
import dataclasses, functools

class Plain:
    def __init__(self, x):
        seen.append(self)
        self.x = x
        self.y = fails(x, 3)
        seen.append(x)

class Odd:
    def __init__(self, x):
        self.y = f(x)
        return x or None

@dataclasses.dataclass
class Case:
    x: int
    y: int = dataclasses.field(init=False)
    zs: list = dataclasses.field(default_factory=list)
    def __post_init__(self):
        self.y = fails(self.x, 3)
        self.zs.append(self.y)

@dataclasses.dataclass
class Bounded:
    x: int
    def __post_init__(self):
        self.y = f(self.x)
        if self.x > 1:
            raise ValueError(self.x)

@dataclasses.dataclass(slots=True)
class Slotted:
    x: int
    y: int = 0
    def __post_init__(self):
        print("made", self.x)
        self.y = f(self.x)

class Base:
    def __init__(self, x):
        super().__init__()
        self.x, self.reads = x, 0
    def run(self, x):
        return fails(x, 3)
    @property
    def loud(self):
        self.reads += 1
        print("read", self.x)
        return f(self.x)
    @property
    def broken(self):
        return f(self.x) + self.missing
    @functools.cached_property
    def kept(self):
        print("computed", self.x)
        return f(self.x)
    @functools.cached_property
    def kept_not(self):
        return fails(self.x, 3) + self.missing
    def __call__(self, x):
        self.reads += 1
        return fails(x, 3) + self.reads
    @classmethod
    def make(cls, x):
        return cls(f(x))

class Child(Base):
    def run(self, x):
        try:
            return super().run(x)
        finally:
            print("after", x)
    @classmethod
    def make(cls, x):
        return super().make(x)
    @property
    def loud(self):
        return super().loud + 1
    def absent(self, x):
        return super().nothing(f(x))
    def strange(self, x):
        return super().__init__(f(x), x)
"""

BODIES = {
    "__init__ fails": "return [Plain(x).y for x in range(5)]",
    "__init__ fails, and somebody handles it": (
        "out = []\nfor x in range(5):\n    try:\n        out.append(Plain(x).y)\n"
        "    except ValueError as error:\n        out.append(str(error))\nreturn out, len(seen)"
    ),
    "__init__ gives something": "return [Odd(x) for x in range(3)]",
    "__post_init__ fails": "for x in range(5):\n    seen.append(Case(x))\n    print(len(seen))",
    "__post_init__ raises": "for x in range(5):\n    seen.append(Bounded(x))\n    print(len(seen))",
    "__post_init__ without a dictionary": "return [Slotted(f(x)) for x in range(3)]",
    "a method above fails": "c = Child(0)\nreturn [c.run(x) for x in range(5)]",
    "class methods above": "return [Child.make(x).x for x in range(4)]",
    "nothing of that name above": "c = Child(0)\nreturn c.absent(1)",
    "a constructor above that refuses": "c = Child(0)\nreturn c.strange(1)",
    "properties with effects": (
        "cs = [Child(x) for x in range(4)]\ntotal = sum([c.loud for c in cs])\n"
        "chosen = [c.loud + c.loud for c in cs if c.loud > 2]\nreturn total, chosen, [c.reads for c in cs]"
    ),
    "a property that fails": "return getattr(Child(1), 'broken', None), [c.broken for c in [Child(2)]]",
    "a property that would be kept fails": "return Child(1).kept_not",
    "a call in a property that would be kept fails": "return [c.kept_not for c in [Child(3)]]",
    "a property that is kept": (
        "cs = [Child(x) for x in range(4)]\nfirst = [c.kept for c in cs]\ndel cs[0].kept\n"
        "return first, [c.kept + 1 for c in cs], [sorted(vars(c)) for c in cs]"
    ),
    "an object that is called": "c = Child(0)\nseen.append(c)\nfor x in range(5):\n    seen.append(c(x))",
    "wrong arguments": (
        "for make in (lambda: Plain(), lambda: Plain(1, 2), lambda: Case(1, 2, 3), lambda: Child(1)()):\n"
        "    try:\n        make()\n    except TypeError as error:\n        print(error)\n"
    ),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_classes_call_does_what_it_does_in_python(body: str) -> None:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    check(f"{PRELUDE}{CLASSES}\nseen = []\n@schedule\ndef main():\n{lines}\n")
