"""Output takes its turn: what is written, by whom, from where, and what a handler sees of the world, is as in plain Python."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check

HEAD = (
    PRELUDE
    + """
import io, logging, sys, warnings

STATE = {"stage": 0, "items": []}

class Shown(logging.Handler):
    def emit(self, record):
        place = (record.levelname, record.name, record.funcName, record.lineno, record.pathname)
        log.append((*place, record.getMessage(), dict(STATE), list(STATE["items"])))
        STATE["handled"] = record.getMessage()

logging.getLogger("pydron").disabled = True
LOGGER = logging.getLogger("mine")
LOGGER.handlers[:] = [Shown()]
LOGGER.propagate = False
LOGGER.setLevel(logging.INFO)
logging.getLogger().handlers[:] = [Shown()]

def shown(message, category, filename, lineno, file=None, line=None):
    log.append((str(message), category.__name__, filename, lineno, dict(STATE)))
warnings.simplefilter("always")
warnings.showwarning = shown

class Loud:
    def __init__(self, value):
        self.value = value
    @property
    def doubled(self):
        note("doubled", self.value, STATE)
        STATE["doubled"] = self.value
        return self.value * 2
    def __add__(self, other):
        note("add", self.value, STATE)
        STATE["items"].append(self.value)
        return self.value + other
    def __bool__(self):
        note("bool", self.value, STATE)
        return self.value > 1

@functional
def loud(x):
    return Loud(x)
"""
)

PROGRAMS = {
    "logging sees the world as it was": """
    for x in range(4):
        STATE["stage"] = x
        LOGGER.info("%s %s", x, f(x))
        STATE["items"].append(x)
        LOGGER.debug("not shown %s", f(x))
        LOGGER.warning(f"{g(x)}")
    STATE["stage"] = "end"
    logging.warning("root %s", f(9))
    return STATE
""",
    "an exception is logged where it is handled": """
    for x in range(3):
        LOGGER.error("before %s", f(x))
        try:
            fails(x, 1)
        except ValueError as error:
            LOGGER.exception("failed %s", x)
        LOGGER.info("after", stack_info=False)
""",
    "nothing is logged after a failure": """
    for x in range(4):
        LOGGER.info("%s", x)
        print(x)
        STATE["stage"] = fails(x, 2)
        STATE["items"].append(x)
        warnings.warn(f"{x}")
""",
    "a message with the wrong arguments": """
    logging.raiseExceptions = False
    LOGGER.info("%s %s", f(1))
    LOGGER.info("%d", text := str(f(2)))
    LOGGER.info("end")
""",
    "warnings": """
    for x in range(3):
        STATE["stage"] = x
        warnings.warn(str(f(x)))
        warnings.warn(f"{f(x)}", DeprecationWarning)
        STATE["items"].append(x)
""",
    "a warning that is an error": """
    warnings.simplefilter("error")
    for x in range(3):
        STATE["items"].append(f(x))
        if x == 1:
            warnings.warn(f"{f(x)}")
""",
    "streams": """
    out = io.StringIO()
    for x in range(3):
        out.write(str(f(x)))
        print(x, f(x), file=out, end=";")
        sys.stdout.write(f"{f(x)}\\n")
        sys.stdout.writelines([str(f(x)), "\\n"])
        sys.stdout.flush()
    n = out.write("four")
    return out.getvalue(), n
""",
    "what is shown is modified later": """
    rows = [[f(1)], [f(2)], {"k": [f(3)]}]
    print(rows, rows[0])
    LOGGER.info("%s", rows)
    rows[0].append(g(1))
    rows[2]["k"] = f(4)
    print(rows)
    return rows
""",
    "a property of a result sees the world as it was": """
    out = []
    for x in range(3):
        STATE["stage"] = x
        out.append(loud(x).doubled + f(x))
        STATE["items"].append(x)
    STATE["stage"] = "end"
    return out, STATE
""",
    "an operator of a result sees the world as it was": """
    out = []
    for x in range(3):
        STATE["stage"] = x
        out.append(loud(x) + f(x))
        STATE["items"].append(-x)
        STATE["other"] = list(out[:1]) and x
    STATE["items"].append("end")
    return out, STATE
""",
    "an operator in a branch sees the world as it was": """
    out = []
    for x in range(3):
        a = loud(x)
        if odd(x):
            b = a + 1
            STATE["stage"] = b
            b = a + f(x)
        else:
            b = a + 2
        out.append(b)
        STATE["items"].append((x,))
        STATE["last"] = x
    return out, STATE
""",
    "a decision of a result in a branch sees the world as it was": """
    n = 0
    for x in range(4):
        if f(x) > 1:
            if loud(x):
                n += 1
        STATE["items"].append(x)
        STATE["stage"] = x
    return n, STATE
""",
    "a bar that a class of the program's own shows": """
    class Bar:
        def __init__(self, total):
            self.total, self.count = total, 0
        def update(self, n=1):
            self.count += n
            sys.stdout.write(f"{self.count}/{self.total} ")
    bar = Bar(3)
    for x in range(3):
        STATE["items"].append(f(x))
        bar.update()
        bar.total = f(bar.total)
    return vars(bar)
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_output_and_what_its_handlers_see_are_as_in_plain_python(name: str) -> None:
    """Records, warnings and bytes are the same, and code of the user's that runs late finds what it would have found."""
    check(f"{HEAD}\n@schedule\ndef main():{PROGRAMS[name]}", copies=True)
