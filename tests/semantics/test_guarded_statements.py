"""``try`` and ``with`` statements: their calls run ahead, and nobody can tell."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check

MANAGERS = """
import contextlib, sys, traceback
def own_lines(trace):
    return [entry.lineno for entry in traceback.extract_tb(trace) if entry.filename.startswith("<program")]
class Manager:
    def __init__(self, name, swallows=()):
        self.name, self.swallows = name, swallows
    def __enter__(self):
        note("enter", self.name)
        return self.name
    def __exit__(self, kind, error, trace):
        lines = own_lines(trace)
        note("exit", self.name, None if error is None else error.args, lines, OUT)
        return isinstance(error, self.swallows)
OUT = []
@contextlib.contextmanager
def yielding(x):
    note("before", x)
    try:
        yield x
    finally:
        note("after", x)
"""

TRIES = {
    "a handler takes the first failure in program order": """
    try:
        a = f(1)
        b = fails(2, 2)
        c = fails(3, 3)
    except ValueError as error:
        note(error.args)
    return a
""",
    "a handler sees the variables as they were": """
    state = 0
    total = 0
    try:
        for x in range(5):
            total += fails(x, 3)
            state = x
        state = "after"
    except ValueError:
        return state, total, x
""",
    "a variable that had no value has none": """
    try:
        a = fails(1, 1)
        b = f(2)
    except ValueError:
        pass
    try:
        return b
    except NameError as error:
        return error.args
""",
    "containers are as they were": """
    out, table = [], {}
    try:
        for x in range(5):
            out.append(f(x))
            table[x] = fails(x, 2)
            OUT.append(x)
    except ValueError:
        out.append("handled")
    return out, table
""",
    "nested statements: each failure goes to its own": """
    out = []
    for x in range(5):
        try:
            try:
                out.append(fails(x, 1))
            except KeyError:
                out.append("never")
            else:
                out.append(fails(x, 3))
            finally:
                out.append("inner")
        except ValueError as error:
            out.append(error.args)
    return out
""",
    "an earlier failure passes handlers that the program never got to": """
    try:
        a = fails(1, 1)
        try:
            b = fails(2, 2)
        except ValueError:
            note("never")
        finally:
            note("neither")
    except ValueError as error:
        return error.args
""",
    "a failure before the statement": """
    a = fails(1, 1)
    try:
        b = f(2)
        OUT.append(b)
    except BaseException:
        note("never")
    finally:
        OUT.append("never")
""",
    "finally with return, break and continue": """
    out = []
    for x in range(4):
        try:
            out.append(fails(x, 1))
            if x == 2:
                break
        except ValueError:
            continue
        finally:
            out.append(f(x))
    try:
        return fails(1, 1)
    finally:
        return out
""",
    "an error in a handler has the handled one as context": """
    try:
        a = fails(1, 1)
    except ValueError as error:
        b = fails(2, 2)
        note("never")
""",
    "raise from, and raise alone": """
    try:
        try:
            a = fails(1, 1)
        except ValueError as error:
            raise KeyError("k") from error
    except KeyError as other:
        note(other.__cause__.args, other.__context__.args)
        raise
""",
    "the name of a handler is unbound after it": """
    error = 1
    try:
        a = fails(1, 1)
    except ValueError as error:
        pass
    return error
""",
    "a handler's name that the body binds": """
    try:
        error = f(1)
        a = fails(2, 2)
        error = f(3)
    except ValueError:
        return error
    except KeyError as error:
        pass
""",
    "what is being handled, and its lines": """
    try:
        a = [f(1), fails(2, 2)]
        b = f(3)
    except ValueError:
        kind, error, trace = sys.exc_info()
        note(kind.__name__, error.args)
        if sys.version_info >= (3, 11):
            note(own_lines(trace))
        note([(e.name, e.line) for e in traceback.extract_tb(error.__traceback__)][:1])
    return sys.exc_info()
""",
    "types of except clauses: values, tuples, nonsense": """
    kinds = (KeyError, (TypeError, ValueError))
    try:
        a = fails(1, 1)
    except kinds[1] as error:
        note(error.args)
    wrong = 5
    try:
        b = fails(2, 2)
    except wrong:
        pass
""",
    "a native failure waits for what is before it": """
    try:
        a = fails(1, 1)
        b = [][0]
    except IndexError:
        note("never")
    except ValueError:
        note("first")
    try:
        a = f(1)
        b = [][0]
    except IndexError:
        return a
""",
    "else is not guarded": """
    try:
        a = f(1)
    except ValueError:
        note("never")
    else:
        b = fails(a, a)
    finally:
        note("finally")
""",
    "a branch on a result in the body": """
    out = []
    r = None
    for x in range(5):
        try:
            if odd(x):
                r = fails(x, 3)
                out.append(r)
            else:
                r = -x
        except ValueError as error:
            out.append(("handled", r))
    return out, r
""",
    "output in its turn": """
    for x in range(3):
        try:
            print("begin", f(x))
            print(fails(x, 1))
        except ValueError as error:
            print("handled", x)
        finally:
            print("end", x)
""",
    "functions that catch, called from functions that fail": """
    def inner(x):
        try:
            return fails(x, 1)
        except ValueError:
            return fails(x, 1) if x == 9 else -1
    try:
        return [inner(x) for x in range(3)], fails(5, 5)
    except ValueError as error:
        return error.args
""",
    "an exception that a program keeps": """
    kept = None
    try:
        a = fails(1, 1)
    except ValueError as error:
        kept = error
    b = f(2)
    try:
        raise kept
    except ValueError as error:
        return error is kept, b
""",
    "loops with else": """
    out = []
    for x in range(3):
        try:
            for y in range(3):
                if fails(y, 9) == x:
                    break
            else:
                out.append("none")
            out.append(f(x))
        except ValueError:
            out.append("handled")
    while len(out) < 8:
        try:
            out.append(fails(len(out), 7))
        except ValueError:
            out.append("late")
    return out
""",
    "del in the body": """
    a = 1
    try:
        a = f(2)
        del a
        b = fails(3, 3)
        a = f(4)
    except ValueError:
        try:
            return a
        except NameError:
            return "unbound"
""",
    "a generator expression in the body": """
    out = []
    for x in range(3):
        try:
            out.append(sum(fails(y, 5) for y in range(x)))
            out.append(any(fails(y, 1) > x for y in range(3)))
        except ValueError as error:
            out.append(error.args)
    return out
""",
    "a closure sees the variables as they were": """
    a = 0
    def look():
        return a
    try:
        a = f(1)
        b = fails(2, 2)
        a = f(3)
    except ValueError:
        return look()
""",
}

WITHS = {
    "entering and leaving are in order": """
    with Manager("a") as name:
        OUT.append(f(1))
        note(name)
    with Manager("b"), Manager("c") as second:
        OUT.append(f(2))
        return second, f(3)
""",
    "a failure goes to the manager": """
    with Manager("a"):
        OUT.append(f(1))
        x = fails(2, 2)
        OUT.append(f(3))
""",
    "a manager may swallow it": """
    total = 0
    for x in range(4):
        with Manager(x, ValueError):
            total += f(x)
            total += fails(x, 2)
            total += 100
    return total
""",
    "the first manager is left when the second fails to enter": """
    with Manager("a", AttributeError) as a, Manager(f(1)) as b, Manager("c").missing as c:
        note("never")
    return a, b
""",
    "targets that are taken apart": """
    box = [None]
    with Manager((f(1), 2)) as (a, b):
        box[0] = a
    with Manager("x") as box[0]:
        pass
    return box, a, b
""",
    "managers made of generators": """
    out = []
    for x in range(3):
        with yielding(x) as y, contextlib.suppress(ValueError):
            out.append(fails(y, 1))
            out.append(f(y))
    return out
""",
    "no manager at all": """
    a = f(1)
    with a as b:
        note("never")
""",
    "break, continue and return": """
    for x in range(5):
        with Manager(x):
            if f(x) > 3:
                continue
            if x == 4:
                break
    while True:
        with Manager("while"):
            return f(1)
""",
    "within try": """
    try:
        with Manager("a") as a:
            b = fails(1, 1)
    except ValueError as error:
        note(error.args, a)
    finally:
        note("finally")
    return f(a == "a")
""",
}


@pytest.mark.parametrize("name", TRIES)
def test_try(name: str) -> None:
    check(f"{PRELUDE}{MANAGERS}\n@schedule\ndef main():{TRIES[name]}")


@pytest.mark.parametrize("name", WITHS)
def test_with(name: str) -> None:
    check(f"{PRELUDE}{MANAGERS}\n@schedule\ndef main():{WITHS[name]}")
