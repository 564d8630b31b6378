"""Scripts that live in odd places, or whose functional calls do odd things, each with what it prints."""

from __future__ import annotations

DOUBLES = """
import os, time
import pydron

@pydron.functional
def double(x):
    time.sleep(0.003)
    return x * 2, os.getpid()

@pydron.schedule
def doubles(n):
    out = []
    for i in range(n):
        out.append(double(i))
    return out

def elsewhere(n):
    found = doubles(n)
    assert [value for value, _ in found] == [2 * i for i in range(n)], found
    return os.getpid() not in {pid for _, pid in found}
"""

PROGRAMS = {
    "inside asyncio, in its thread and in others": (
        """
import asyncio
from shared import elsewhere

async def one(n):
    await asyncio.sleep(0)
    return elsewhere(n)

async def main():
    in_threads = [asyncio.to_thread(elsewhere, n) for n in (7, 8)]
    return await asyncio.gather(one(9), one(10), *in_threads)

print(asyncio.run(main()))
""",
        "[True, True, True, True]\n",
    ),
    "two threads at once": (
        """
import threading
from shared import elsewhere
found = []
threads = [threading.Thread(target=lambda n=n: found.append(elsewhere(n))) for n in (20, 21, 22)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(found)
""",
        "[True, True, True]\n",
    ),
    "while the interpreter ends": (
        """
import atexit
import threading
from shared import double, doubles, elsewhere

class Last:
    def __del__(self):
        print("in __del__", [value for value, _ in doubles(3)])

last = Last()
atexit.register(lambda: print("at exit", elsewhere(4)))
threading.Thread(target=lambda: (threading.main_thread().join(), print("in a thread", elsewhere(5)))).start()
print(elsewhere(6))
""",
        "True\nin a thread True\nat exit True\nin __del__ [0, 2, 4]\n",
    ),
    "forks of a program with a pool": (
        """
import multiprocessing, os
from shared import elsewhere
print(elsewhere(5), flush=True)
child = os.fork()
if child == 0:
    print("child", elsewhere(5), flush=True)
    os._exit(0)
os.waitpid(child, 0)
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(elsewhere, [3, 4, 5]))
print(elsewhere(5))
""",
        "True\nchild True\n[True, True, True]\nTrue\n",
    ),
    "cells of a notebook": (
        """
import sys

class OutStream:
    def __init__(self):
        self.text = ""
    def write(self, text):
        self.text += text
        return len(text)
    def flush(self):
        pass

CELLS = ['''
import time, pydron
@pydron.functional
def f(x):
    print("in the call", x)
    time.sleep(0.003)
    return x + STEP
STEP = 1
''', '''
@pydron.schedule
def main(n):
    return [f(i) for i in range(n)]
print(main(3))
''', '''
STEP = 10
print(main(2))
''']
real, sys.stdout = sys.stdout, OutStream()
for number, cell in enumerate(CELLS):
    exec(compile(cell, f"<cell {number}>", "exec"), globals())
said, sys.stdout = sys.stdout.text, real
print(said, end="")
""",
        "".join(f"in the call {n}\n" for n in range(3)) + "[1, 2, 3]\nin the call 0\nin the call 1\n[10, 11]\n",
    ),
    "calls that leave": (
        """
import sys, time
import pydron

@pydron.functional
def f(x):
    time.sleep(0.003)
    if x == 3:
        sys.exit(7)
    if x == 5:
        raise KeyboardInterrupt("mine")
    return x

@pydron.schedule
def main(xs):
    return [f(x) for x in xs]

try:
    main([1, 2, 5, 3])
except KeyboardInterrupt as error:
    print(error.args)
try:
    main([1, 2, 3, 5])
except SystemExit as error:
    print(error.code)
print(main([1, 2]))
""",
        "('mine',)\n7\n[1, 2]\n",
    ),
    "calls that start processes and threads": (
        """
import concurrent.futures, multiprocessing, os, subprocess, threading
import pydron

@pydron.functional
def child(x):
    return subprocess.run(["echo", str(x)], capture_output=True, text=True).stdout.strip()

@pydron.functional
def threads(x):
    found = []
    started = [threading.Thread(target=lambda k=k: found.append(k * x)) for k in range(3)]
    [thread.start() for thread in started]
    [thread.join() for thread in started]
    return sorted(found)

@pydron.functional
def pool(x):
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as made:
        return list(made.map(abs, [-x, x]))

@pydron.functional
def fork(x):
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writer, str(x).encode())
        os._exit(0)
    os.waitpid(pid, 0)
    return os.read(reader, 10)

@pydron.schedule
def main():
    out = []
    for i in range(3):
        out.append((child(i), threads(i), pool(i), fork(i)))
    return out

found = main()
print(found == main.sequential(), found[2])
""",
        "True ('2', [0, 2, 4], [2, 2], b'2')\n",
    ),
    "deep recursion": (
        """
import sys, time
import pydron
sys.setrecursionlimit(5000)

def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)

@pydron.functional
def f(n):
    time.sleep(0.002)
    return deep(n)

@pydron.functional
def nest(n):
    time.sleep(0.002)
    made = []
    for _ in range(n):
        made = [made]
    return made

@pydron.schedule
def main(*depths):
    return [f(n) for n in depths]

@pydron.schedule
def nested():
    return [nest(10), nest(50_000)]

print(main(3500, 100))
try:
    main(10, 100_000)
except RecursionError:
    print("too deep")
depths = []
for made in nested():
    depth = 0
    while made:
        made = made[0]
        depth += 1
    depths.append(depth)
print(depths)
""",
        "[3500, 100]\ntoo deep\n[10, 50000]\n",
    ),
    "results and exceptions that do not survive pickling": (
        """
import time
import pydron

class Odd(Exception):
    def __init__(self, a, *, b):
        super().__init__(f"{a}-{b}")
        self.b = b

class Refuses(Exception):
    def __reduce__(self):
        raise TypeError("no")

class Unreadable:
    def __reduce__(self):
        return int, ("no number",)

@pydron.functional
def f(k):
    time.sleep(0.002)
    if k == 0:
        raise Odd(1, b=2)
    if k == 1:
        raise Refuses("x")
    if k == 2:
        raise StopIteration(5)
    if k == 3:
        class Local(ValueError):
            pass
        raise Local("local")
    return [None, None, None, None, Unreadable(), lambda: k, open(__file__), memoryview(b"x"), (n for n in ())][k]

@pydron.schedule
def main(k):
    first = f(5)
    return f(k)

def seen(function, k):
    try:
        return type(function(k)).__name__
    except BaseException as error:
        return type(error).__name__, error.args, getattr(error, "b", None)

print([k for k in range(9) if seen(main, k) != seen(main.sequential, k)])
""",
        "[]\n",
    ),
    "no descriptors left": (
        """
import os, resource
from shared import doubles
resource.setrlimit(resource.RLIMIT_NOFILE, (80, 80))
held = []
try:
    while True:
        held.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
for left in (0, 1, 4, 10):
    while len(held) > 0 and left > 0:
        os.close(held.pop())
        left -= 1
    print([value for value, _ in doubles(5)])
""",
        "[0, 2, 4, 6, 8]\n" * 4,
    ),
    "descriptors that run out later": (
        """
import os, resource
from shared import elsewhere
print(elsewhere(4))
resource.setrlimit(resource.RLIMIT_NOFILE, (80, 80))
held = []
try:
    while True:
        held.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
print(elsewhere(30))
""",
        "True\nTrue\n",
    ),
    "numerical libraries share the processors": (
        """
import os, time
import pydron

@pydron.functional
def threads(_):
    time.sleep(0.003)
    return [os.environ.get(name) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")]

@pydron.schedule
def main():
    return [threads(i) for i in range(3)]

fair = str(max(1, len(os.sched_getaffinity(0)) // 2))
print(main() == [[fair] * 3] * 3)
""",
        "True\n",
    ),
}
