"""Scripts whose functional calls look around them: at the main module, the environment, loggers; and what they print."""

from __future__ import annotations

PROGRAMS = {
    "calls that ask for names of the main module": (
        """
import multiprocessing, pickle, sys, time
from dataclasses import dataclass
import __main__
import pydron

@dataclass
class Point:
    x: int

def moved(point):
    return Point(point.x + 1)

@pydron.functional
def copied(number):
    time.sleep(0.003)
    again = pickle.loads(pickle.dumps((Point(number), moved)))
    return again[1](again[0]), __main__.__file__ == __file__, sys.argv

@pydron.functional
def passed_on(function, point):
    return pickle.loads(pickle.dumps(function))(point), pickle.dumps(point)

@pydron.functional
def pool(method):
    with multiprocessing.get_context(method).Pool(1) as made:
        return made.map(moved, [Point(1), Point(2)])

@pydron.schedule
def main():
    out = []
    for number in range(3):
        out.append((copied(number), passed_on(moved, Point(number))))
    return out

@pydron.schedule
def pools():
    return [pool(method) for method in ("fork", "spawn")]

if __name__ == "__main__":
    print(main() == main.sequential(), pools())
""",
        "True [[Point(x=2), Point(x=3)], [Point(x=2), Point(x=3)]]\n",
    ),
    "what the program changes about itself": (
        """
import mmap, os, resource, sys, time
import pydron

@pydron.functional
def seen(_):
    time.sleep(0.003)
    found = os.environ.get("COLOUR"), os.environ.get("HOME"), time.tzname, os.getcwdb(), sys.argv
    try:
        mmap.mmap(-1, 3_000_000_000).close()
    except OSError:
        return found, "too large"
    return found

@pydron.functional
def fails(name):
    time.sleep(0.003)
    raise FileNotFoundError(2, "not there", name)

@pydron.schedule
def look():
    return [seen(number) for number in range(2)]

@pydron.schedule
def fail():
    return [fails(os.fsdecode(b"odd \\xff")) for _ in range(2)]

print(look() == look.sequential())
os.mkdir(b"odd \\xff")
os.chdir(b"odd \\xff")
os.environ.update(COLOUR="blue", TZ="XYZ-3")
time.tzset()
del os.environ["HOME"]
sys.argv.append(os.fsdecode(b"\\xfe"))
resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, 2_000_000_000))
print(look() == look.sequential(), look()[0][0][0])
del os.environ["COLOUR"]
print(look() == look.sequential(), look()[1][0][0])
try:
    fail()
except FileNotFoundError as error:
    print(os.fsencode(error.filename))
""",
        "True\nTrue blue\nTrue None\nb'odd \\xff'\n",
    ),
    "daemon threads while the interpreter ends": (
        """
import atexit, threading, time
from shared import doubles, elsewhere

def again_and_again():
    while True:
        doubles(3)

for _ in range(2):
    threading.Thread(target=again_and_again, daemon=True).start()
atexit.register(lambda: print("at exit", elsewhere(4)))
print(elsewhere(4))
""",
        "True\nat exit True\n",
    ),
    "arguments that cannot be read back": (
        """
import threading, time
import pydron

class Odd(Exception):
    def __init__(self, first, second):
        super().__init__(f"{first} {second}")

class Proxy:
    def __init__(self, inner):
        self.inner = inner
    def __getattr__(self, name):
        return getattr(self.inner, name)

@pydron.functional
def name_of(value):
    time.sleep(0.003)
    return type(value).__name__, str(value)[:3]

@pydron.schedule
def main(values):
    return [name_of(value) for value in values]

values = [Odd(1, 2), Proxy("abc"), [Odd(3, 4)], {"k": Proxy("")}, 5]
print(main(values) == main.sequential(values))
""",
        "True\n",
    ),
    "loggers that nobody has set up": (
        """
import logging, sys, time
sys.stderr = sys.stdout
import pydron

@pydron.functional
def warn(number):
    time.sleep(0.003)
    logging.getLogger("mine").warning("before %d", number)
    if number:
        logging.warning("call %d", number)
    return number

@pydron.schedule
def main(count):
    return [warn(number) for number in range(count)]

print(main(3))
logging.error("the program")
""",
        "before 0\nbefore 1\nWARNING:root:call 1\nWARNING:mine:before 2\nWARNING:root:call 2\n"
        "[0, 1, 2]\nERROR:root:the program\n",
    ),
}
