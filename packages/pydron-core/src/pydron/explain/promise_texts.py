"""The texts about breaches of the functional promise, in the form of :mod:`pydron.explain.reason_texts`.

``{what}`` stands for the function, or for what it did: ``clean modifies its argument 'table'``.
"""

from __future__ import annotations

from pydron.explain.reason_texts import Text

PROMISE: tuple[Text, ...] = (
    (
        "PD501",
        "argument modified",
        "{what}.",
        "Change a copy and return it: other code still holds the argument, and in a worker only a copy is changed.",
        "A functional call may run in another process, on a copy of its arguments. There the modification is lost; in "
        "the undecorated program it is seen.",
    ),
    (
        "PD502",
        "global state written",
        "{what}.",
        "Return the value instead, and store it where the function is called.",
        "A functional call may run in another process, more than once, or not at all. What it writes into variables or "
        "objects of a module is lost there, or written twice.",
    ),
    (
        "PD503",
        "state of an enclosing function, default or attribute written",
        "{what}.",
        "Return the value instead. For a default that is a list or a dictionary, use None and make a new one inside.",
        "Variables of enclosing functions, default values and attributes of the function itself live as long as the "
        "function does. A worker has a copy of them, and changes of a copy are lost.",
    ),
    (
        "PD504",
        "another result when run again",
        "{what}.",
        "Pass what the result depends on, such as a time, a seed or a counter, as an argument.",
        "A functional call may be run again, for instance when a worker dies. So the same arguments have to give the "
        "same result.",
    ),
    (
        "PD505",
        "global randomness",
        "{what}.",
        "Make a generator of its own from a seed that is an argument: random.Random(seed), or "
        "numpy.random.default_rng(seed).",
        "Whoever draws from the global generator gets numbers that depend on everything that has drawn before, and "
        "changes those that others get. In a worker the generator is another one.",
    ),
    (
        "PD506",
        "value that cannot be pickled",
        "{what}.",
        "Pass its data instead, such as the path of a file or the parameters of a connection, and open it inside of "
        "the function; return plain values.",
        "Arguments, results and exceptions travel between processes. A call with something that cannot travel runs in "
        "the program itself, in order.",
    ),
    (
        "PD507",
        "file, directory or environment written",
        "{what}.",
        "Return the data and write it where the function is called, or write to a temporary file that is gone when the "
        "function returns.",
        "A functional call may run more than once, early, in another order, or on another machine. What it writes "
        "appears accordingly.",
    ),
    (
        "PD508",
        "global state that changes between calls",
        "{what}.",
        "Pass the value as an argument.",
        "The function reads a global that the program changes after its module was loaded. A worker has loaded the "
        "module itself, and may see another value.",
    ),
)
