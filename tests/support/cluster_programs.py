"""Programs that tests run on clusters, as script files of a user."""

from __future__ import annotations

from pathlib import Path

SQUARES = """\
import sys, time
import pydron

@pydron.functional
def square(number, seconds):
    time.sleep(seconds)
    return number * number

@pydron.schedule
def total(count, seconds):
    found = 0
    for number in range(count):
        found += square(number, seconds)
    return found

count, seconds = int(sys.argv[1]), float(sys.argv[2])
print("begun", flush=True)
print("total", total(count, seconds))
"""


def gated(gate: Path) -> str:
    """The squares, with calls that do not return before a file is there: until the test has seen what it waits for."""
    waiting = f"    while not os.path.exists({str(gate)!r}):\n        time.sleep(0.01)\n"
    text = SQUARES.replace("import sys, time", "import os, sys, time")
    return text.replace("    time.sleep(seconds)\n", f"{waiting}    time.sleep(seconds)\n")


def hurried(gate: Path) -> str:
    """The squares, with calls that take their time only until a file is there."""
    text = SQUARES.replace("import sys, time", "import os, sys, time")
    return text.replace("time.sleep(seconds)", f"time.sleep(0 if os.path.exists({str(gate)!r}) else seconds)")


WITH_MODULES = """\
import pydron
from shapes import area
from shapes.corners import count

@pydron.functional
def measure(name, size):
    import lazily
    return name, area(size), count(name), lazily.told(), type(lazily.__spec__.loader).__name__

@pydron.schedule
def survey():
    return [measure(name, size) for name, size in [("square", 2), ("triangle", 3)]]

print(survey())
"""

MODULES = {
    "shapes/__init__.py": "def area(size):\n    return size * FACTOR\nFACTOR = 10\n",
    "shapes/corners.py": "from shapes.sub.table import CORNERS\ndef count(name):\n    return CORNERS[name]\n",
    "shapes/sub/table.py": "CORNERS = {'square': 4, 'triangle': 3}\n",
    "lazily.py": "def told():\n    return 'first'\n",
}

FAILING = """\
import pydron

class Odd(Exception):
    pass

@pydron.functional
def careful(number):
    if number == 3:
        raise Odd("three", number)
    return number

@pydron.schedule
def main():
    return [careful(number) for number in range(6)]

main()
"""

LARGE = """\
import hashlib, sys
import pydron

@pydron.functional
def grow(seed, size):
    return bytes([seed]) * size

@pydron.functional
def join(left, right):
    return left + right

@pydron.functional
def digest(data):
    return len(data), hashlib.sha256(data).hexdigest()

@pydron.schedule
def main(size):
    parts = [grow(seed, size) for seed in range(4)]
    whole = join(join(parts[0], parts[1]), join(parts[2], parts[3]))
    return digest(whole), digest(parts[1])

size = int(sys.argv[1])
print(main(size) == main.sequential(size), main(size)[0][0])
"""

BETWEEN = """\
import hashlib, sys, time
import pydron

@pydron.functional
def grow(seed, size):
    time.sleep(0.5)
    return bytes([seed]) * size

@pydron.functional
def join(left, right):
    return left + right

@pydron.functional
def digest(data):
    return len(data), hashlib.sha256(data).hexdigest()

@pydron.schedule
def main(size, parts):
    whole = grow(0, size)
    for seed in range(1, parts):
        whole = join(whole, grow(seed, size))
    return digest(whole)

size, parts = int(sys.argv[1]), int(sys.argv[2])
expected = b"".join(bytes([seed]) * size for seed in range(parts))
found = main(size, parts)
assert found == (len(expected), hashlib.sha256(expected).hexdigest()), found
print("right", found[0])
"""

COMMON = """\
import sys
import numpy as np
import pydron

@pydron.functional
def use(data, place):
    found = int(data[place]), int(data[0])
    data[:] = 77
    return found

@pydron.schedule
def main(data, count):
    first = [use(data, place) for place in range(1, count)]
    data[0] = 99
    return first, [use(data, place) for place in range(1, count)]

size, count = int(sys.argv[1]), int(sys.argv[2])
found = main(np.arange(size, dtype=np.uint8), count)
expected = [(place, 0) for place in range(1, count)], [(place, 99) for place in range(1, count)]
print("right" if found == expected else found)
"""

KEEPING = """\
import os, sys, time, zlib
import pydron

@pydron.functional
def grow(seed, size):
    with open(LOG, "a") as log:
        log.write(f"{seed}\\n")
    return bytes([seed]) * size

@pydron.functional
def digest(data, other):
    while not os.path.exists(GATE):
        time.sleep(0.01)
    return zlib.crc32(data), zlib.crc32(other)

@pydron.schedule
def main(parts, size):
    grown = [grow(seed, size) for seed in range(parts)]
    return [digest(grown[seed], grown[seed - 1]) for seed in range(parts)]

parts, size = int(sys.argv[1]), int(sys.argv[2])
sums = [zlib.crc32(bytes([seed]) * size) for seed in range(parts)]
expected = [(sums[seed], sums[seed - 1]) for seed in range(parts)]
print("right" if main(parts, size) == expected else "wrong")
"""

ECHO = """\
import hashlib, random
import pydron

@pydron.functional
def turned(data):
    return data[::-1]

@pydron.schedule
def main():
    chance = random.Random(1)
    return [hashlib.sha256(turned(chance.randbytes(200_000))).hexdigest() for _ in range(5)]

print(main() == main.sequential())
"""

MIXED = """\
import hashlib, random, sys, time
import pydron

@pydron.functional
def part(number, slowness):
    chance = random.Random(number)
    time.sleep(slowness * chance.choice([0, 0.002, 0.1, 0.2]))
    return chance.randbytes(chance.choice([3, 5_000, 60_000, 600_000]))

@pydron.functional
def join(left, right):
    return hashlib.sha256(left + right).hexdigest(), len(left) + len(right)

@pydron.schedule
def main(count, slowness):
    found = []
    for number in range(0, count, 2):
        digest, size = join(part(number, slowness), part(number + 1, slowness))
        print(number, size)
        found.append(digest)
    return hashlib.sha256("".join(found).encode()).hexdigest()

count = int(sys.argv[1])
print(main(count, 1) if sys.argv[2] == "cluster" else main.sequential(count, 0))
"""


def write(folder: Path, text: str, modules: dict[str, str] | None = None, name: str = "program.py") -> Path:
    """Write a program, and modules beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in (modules or {}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    script = folder / name
    script.write_text(text)
    return script
