"""Guarded statements of random programs: ``try`` and ``with``, and what they need."""

from __future__ import annotations

import sys

from random_grammar import passages, phrases

MANAGERS = """
class Manager:
    def __repr__(self):
        return "Manager"
    def __init__(self, name, swallows=()):
        self.name, self.swallows = name, swallows
    def __enter__(self):
        note("enter", self.name, OUT)
        return self.name
    def __exit__(self, kind, error, trace):
        note("exit", self.name, None if error is None else error.args, OUT)
        return isinstance(error, self.swallows)

class Timer:
    laps = 0
    def __repr__(self):
        return "Timer"
    def __enter__(self):
        self.laps = self.laps + 1
        return self
    def __exit__(self, *failure):
        self.failed = failure[0] is not None

@contextlib.contextmanager
def managed(x, swallows=()):
    note("in", x)
    try:
        yield f(x)
    except swallows:
        note("swallowed")
    finally:
        note("out", OUT)

LOCK = threading.RLock()
TIMER = Timer()

def several(xs):
    failed = []
    for x in xs:
        try:
            f(x)
        except Exception as error:
            failed.append(error)
    if failed:
        raise ExceptionGroup("several", failed)
    return len(xs)

def attempted(x):
    try:
        return f(x)
    except ValueError as error:
        note(error.args)
        return g(x)[0]
"""
"""What such statements use, besides the functions of every random program."""

_GROUPS = passages(
    """
    try:
        c = <several(l)|several([a, f(b), 4])|f(a)|several(m) + f(b)>
        <simple>
    except* <ValueError|(ValueError, KeyError)|TypeError> as eg:
        <note(len(eg.exceptions))|c = f(a)|raise RuntimeError(b)|note(eg.message)>
    except* Exception:
        <simple>
    """
)

GUARDS = {
    "guarded": passages(
        """
        3 x try:
            <block>
        except <kind><name>:
            <ending>

        try:
            <block>
        except <kind> as error:
            note(error.args, a, b, l)
            <ending>
        except Exception:
            <ending>
        else:
            <block>

        try:
            <block>
        finally:
            <ending>

        2 x try:
            <block>
        except <kind> as e:
            <raise|raise KeyError(a) from e|raise RuntimeError(f(b))|raise IndexError from None|note(repr(e))>
        finally:
            <ending>

        try:
            <block>
        except <kind>:
            <ending>
        else:
            <ending>
        finally:
            <ending>

        try:
            c = f(<number>)
        except ValueError:
            c = None

        try:
            try:
                <block>
            except <kind>:
                <ending>
        except <kind> as e:
            note(e.args, repr(e.__context__), repr(e.__cause__))

        n# = 0
        while True:
            n# += 1
            if n# not in range(6): break
            try:
                <c = n#|n# += f(n#) * 0|c = f(n#)>
                if n# in (3, 4) or <test>: <break|continue|return n#>
            <finally|except KeyError>:
                <note(n#)|l.append(n#)|if n# in (4, 5): break|pass>

        3 x with <manager><| as c| as t>:
            <block>

        with <manager>, <manager>:
            <block>

        with (<manager> as c, <manager>):
            <block>
        """
    ),
    **({"group": _GROUPS} if sys.version_info >= (3, 11) else {}),
    "kind": phrases("<ValueError|KeyError|(ValueError, IndexError)|LookupError|Exception|ArithmeticError|TypeError>"),
    "name": phrases("<|| as e| as error| as c>"),
    "manager": phrases(
        """
        Manager(<number>)
        Manager(<1|a>, (ValueError, KeyError))
        contextlib.suppress(<ValueError|KeyError, IndexError|TypeError>)
        contextlib.nullcontext(<number>)
        <LOCK|TIMER|Timer()>
        managed(<number>)
        managed(a, (ValueError, TypeError))
        """
    ),
    "ending": passages(
        """
        pass

        <a|b|c> = <number>

        <l|m|OUT|o.items>.append(<any>)

        note(a, b, c, l, m)

        print('ending', <number>)

        <way out>

        <block>
        """
    ),
    "way out": phrases("<raise|return a, l>\nraise KeyError(<number>)\nraise KeyError(a) from ValueError(<number>)"),
    "way out of loop": phrases("<break|continue>\nraise\nreturn <any>"),
}
"""Symbols for guarded statements."""
