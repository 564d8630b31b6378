"""Scripts that run where there is little of something, each with what it prints."""

from __future__ import annotations

SPAWNING = """
import concurrent.futures, multiprocessing
from shared import elsewhere

if __name__ == "__main__":
    print(elsewhere(5))
    for how in ("spawn", "forkserver", "fork"):
        context = multiprocessing.get_context(how)
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
            print(how, list(pool.map(elsewhere, [3, 4])))
    print(elsewhere(5))
"""

NESTED = """
import time
import pydron

@pydron.functional
def leaf(x):
    time.sleep(0.001)
    return x

@pydron.functional
def both(x, depth):
    return tree(2 * x, depth) + tree(2 * x + 1, depth)

@pydron.schedule
def tree(x, depth):
    if depth == 0:
        return leaf(x)
    return both(x, depth - 1)

@pydron.schedule
def row(n):
    return [tree(i, 3) for i in range(n)]

print(tree(1, 6) == tree.sequential(1, 6), row(5) == row.sequential(5))
"""

LITTLE_MEMORY = """
import resource, time
import pydron

@pydron.functional
def steady(x):
    time.sleep(0.005)
    return x

@pydron.functional
def large(size):
    time.sleep(0.005)
    return len(bytearray(size))

@pydron.schedule
def main(size):
    found = [steady(i) for i in range(4)]
    try:
        found.append(large(size))
    except MemoryError:
        found.append("no memory")
    return found

resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
print(main(10), main(3_000_000_000))
"""

FULL_DISK = """
import os, sys, time
import numpy
import pydron

@pydron.functional
def make(i):
    time.sleep(0.003)
    return numpy.full(300_000, float(i))

@pydron.functional
def add(a, b):
    return a + b

@pydron.schedule
def main(n):
    held = [make(i) for i in range(n)]
    out = []
    for each in held:
        out.append(add(each, held[0]))
    return [float(each[5]) for each in out], [float(each[0]) for each in held]

free = os.statvfs(sys.argv[1])
assert free.f_bavail * free.f_frsize < 4_000_000, "not a small disk"
print(main(10) == main.sequential(10))
"""

FULL_DISK_IN_THE_MIDDLE = """
import sys
import time
import pydron

@pydron.functional
def wordy(text):
    time.sleep(0.005)  # long enough to be handed out, and noted, one by one
    return text * 5

def fill(place):
    with open(place + "/fill", "wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass

@pydron.schedule
def main(place):
    few = [wordy(str(i) * 50) for i in range(50)]
    fill(place)
    return few + [wordy(str(i) * 50) for i in range(300)]

expected = [str(i) * 250 for i in (*range(50), *range(300))]
print(main(sys.argv[1]) == expected)
"""
