"""The texts of the catalogue of reasons, as data: code, title, sentence, hint, documentation.

``{what}`` stands for the thing meant, in the user's names: ``f(x)``, ``the try statement``.
"""

from __future__ import annotations

Text = tuple[str, str, str, str, str]

CALLS: tuple[Text, ...] = (
    (
        "PD101",
        "call that is not known to be pure",
        "{what} may do anything, so it happens when it would have happened: everything before it is finished first.",
        "If {what} has no side effects, put @pydron.functional on it, or vouch for it with "
        "pydron.assume_functional(...). If it orchestrates functional calls itself, put @pydron.schedule on it. "
        "Else call it before or after the calls that are to run at once, not between them.",
        "Pydron knows nothing about this function, so it must assume that it reads or changes something that earlier "
        "or later code uses. Functional functions, scheduled functions and the pure functions of Python and of common "
        "libraries are not affected.",
    ),
    (
        "PD102",
        "callee known only at run time",
        "Which function {what} calls is known only when the program gets there.",
        "Nothing has to be done if it turns out to be a functional function, which runs in parallel, or a method of a "
        "builtin type. Otherwise it is a sync-point. To let explain know, call a global name.",
        "The callee is an argument, a local variable, or an attribute of an object. What it is gets looked up when the "
        "call is reached: a functional function becomes a task, a method of a builtin type is known, the rest are "
        "sync-points.",
    ),
    (
        "PD103",
        "functional call that ran in the program",
        "{what} ran in the program itself, because something of it cannot be pickled.",
        "Look at what the trace names: an open file, a lock, a database connection or a generator cannot be sent to "
        "a worker. Pass its path or its data instead, and open it inside of the function.",
        "Arguments, results and exceptions of functional calls travel between processes. What cannot travel is not an "
        "error: a functional call may run anywhere, so it runs where the program is, in order, with the exact result.",
    ),
    (
        "PD104",
        "call of a function that contains sync-points",
        "{what} calls a function that is taken apart as well, and which itself contains sync-points.",
        "Explain the function that it calls, and mend the sync-points there.",
        "A scheduled function that is called from another one runs as a part of it, and so does a plain function that "
        "comes to functional calls. Its own sync-points then hold up the code around the call as well.",
    ),
)

STATEMENTS: tuple[Text, ...] = (
    (
        "PD201",
        "try statement of a form that is not taken apart",
        "{what} runs as a whole, in order.",
        "Give the exception classes a name before the statement, use except in place of except*, or put the statement "
        "into a functional function.",
        "A try statement is taken apart, and the calls in it run in parallel. Two forms are not: except*, and a call "
        "among the types of an except clause, which runs, or does not, in the midst of a failure.",
    ),
    (
        "PD202",
        "entering and leaving a context manager",
        "Entering and leaving {what} happens in order: everything before has finished.",
        "Put the with statement around the loop, not into it, or do inside of it only what needs the manager.",
        "Entering and leaving a context manager may change anything, and what runs inside relies on it. The calls "
        "inside of one block run in parallel; they have finished when the block is left.",
    ),
    (
        "PD204",
        "generator function",
        "{what} makes the function a generator, which runs step by step for whoever asks for its values.",
        "Return a list instead, or call functional functions from the code that consumes the generator.",
        "A generator runs only when its consumer asks for the next value, and stops in between. There is no moment at "
        "which running ahead of the consumer would go unnoticed.",
    ),
    (
        "PD205",
        "coroutine or asynchronous construct",
        "{what} belongs to an event loop, which decides when it runs.",
        "Schedule the function that does the computation, and call it from the coroutine in a thread.",
        "Coroutines, asynchronous generators, async for, async with and asynchronous comprehensions run when their "
        "event loop lets them.",
    ),
    (
        "PD206",
        "class definition inside of a function",
        "{what} runs as a whole, in order.",
        "Define the class at the top of the module.",
        "The body of a class is a program of its own, with a namespace of its own and possibly a metaclass.",
    ),
    (
        "PD207",
        "assignment to a global or nonlocal name",
        "{what} changes a variable that other code can see.",
        "Return the value instead, and assign it where the function is called.",
        "The variable belongs to the module or to an enclosing function. Everybody who can read it must find the value "
        "that it would have had at that moment.",
    ),
    (
        "PD208",
        "import inside of a function",
        "{what} may run the code of a module.",
        "Move the import to the top of the module.",
        "The first import of a module executes it. Later ones are quick, but in general nobody knows which is which.",
    ),
    (
        "PD209",
        "generator expression",
        "{what} is evaluated step by step by whatever consumes it.",
        "Write a list comprehension: its calls run in parallel.",
        "The values of a generator expression are computed when the consumer asks for them, and not before. Where it "
        "goes straight into a loop, a builtin or an iterator of the library, its calls run in parallel; this one may "
        "be kept, or reads a variable that changes. A list comprehension computes all values at once.",
    ),
    (
        "PD210",
        "del of a name that nested code sees",
        "{what} removes a variable that a nested function also sees.",
        "Leave the variable alone, or set it to None.",
        "A nested function, class, lambda or generator expression shares the variable with the function.",
    ),
    (
        "PD211",
        "assignment expression inside of a comprehension",
        "{what} binds a variable of the function from inside of a comprehension.",
        "Write the comprehension as a for loop.",
        "A comprehension that contains := or an inner function shares variables with the function in a way which this "
        "version does not take apart.",
    ),
    (
        "PD212",
        "no source text",
        "The source text of {what} could not be found, so it runs as Python compiled it.",
        "Define the function in a file or a notebook cell. If the file has changed since it was imported, run again.",
        "Pydron reads the source text of a function. There is none for functions made by exec, for most of those "
        "typed into an interactive interpreter, for functions written in C, and where the file has been edited since.",
    ),
    (
        "PD213",
        "looks at its own variables or frames",
        "{what} looks at the function's own variables, so the whole function runs as written.",
        "Pass what is needed as arguments, or move this line into a function of its own.",
        "locals(), vars(), dir(), eval(), exec(), super() in nested functions and what looks at frames see the "
        "function's variables as Python keeps them.",
    ),
    (
        "PD214",
        "await",
        "{what} hands control to an event loop.",
        "Schedule the function that does the computation, and call it from the coroutine in a thread.",
        "While a coroutine waits, anything else may run.",
    ),
    (
        "PD215",
        "statement that this version does not take apart",
        "{what} runs as written, in order, because this version of Pydron does not take it apart.",
        "Write it in another way, or move it into a functional function. If this surprises you, please report it.",
        "Code that Pydron does not know is never refused: it runs as a whole, with the right result.",
    ),
    (
        "PD216",
        "not a plain function",
        "{what} is not a plain Python function, so it is called as it is.",
        "Put @pydron.schedule on the function itself, below the other decorators.",
        "The decorated object is a class, a builtin, a partial object or an instance with a __call__ method.",
    ),
    (
        "PD217",
        "statement that is rarely used",
        "{what} runs as a whole, in order.",
        "Move it out of the function.",
        "Type aliases, and definitions whose decorators or default values call functions, are not taken apart.",
    ),
)

MODIFICATIONS: tuple[Text, ...] = (
    (
        "PD301",
        "modification of an object that other code may see",
        "{what} changes an object that code outside of the function may see.",
        "Change an object that the function has made itself, and return it.",
        "The object came in as an argument, from a global name, or has been handed to unknown code. Whoever looks at "
        "it must find it as it would have been, so everything before the modification is finished first.",
    ),
    (
        "PD302",
        "operation that a class defines in Python",
        "{what} may run code of the object's class.",
        "If its methods have no side effects, do the operation inside of a functional function.",
        "Operators, attributes, indexing and truth of an object may be defined by its class, which may do anything. "
        "For numbers, texts, builtin containers and arrays Pydron knows what they do.",
    ),
    (
        "PD303",
        "modification of a result",
        "{what} changes what may be a result that is not there yet, and waits for it.",
        "Let the functional function return it as it should be, or change the results in a loop of their own, after "
        "all the calls.",
        "To change a result in the program, the program has to have it. Meanwhile the calls of the next iterations are "
        "asked for where their arguments are known; others are made when it is there. To put it into a container, or "
        "to give it to another functional call, needs no waiting.",
    ),
)

DECISIONS: tuple[Text, ...] = (
    (
        "PD401",
        "leaving depends on a result",
        "Whether {what} happens depends on a result that is not there yet.",
        "Compute the results first, in a loop or comprehension of their own, and decide afterwards.",
        "A branch that only computes and stores can wait while the program runs ahead. A break, continue, return or "
        "raise decides what comes next, so the program waits for the value. In a loop over a list, tuple or range, the "
        "functional calls of the next iterations are made meanwhile, where their arguments are known.",
    ),
    (
        "PD402",
        "loop over an object that runs code of its own",
        "Going through {what} asks an object for its values that runs code of its own each time.",
        "Turn it into a list before the loop.",
        "Iterating over a list, tuple, dict, set, range or array does nothing else. The iterator of another object may "
        "do anything each time it is asked. An iterator that other code can see as well is asked in turn, too, unless "
        "it can be put back.",
    ),
    (
        "PD403",
        "decision inside of code that is taken whole",
        "{what} waits for a value, and stands in code that runs as a whole.",
        "Take the decision, or the functional call, out of the statement that is taken whole.",
        "Code that is taken whole runs as Python would run it, so every value it needs has to be there.",
    ),
)

TEXTS: tuple[Text, ...] = (*CALLS, *STATEMENTS, *MODIFICATIONS, *DECISIONS)
"""All entries, in the order of their codes."""
