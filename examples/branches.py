"""A loop whose next step depends on a result: each item takes its own path, and the items still overlap.

python examples/branches.py
pydron explain examples/branches.py:survey
"""

import pydron


def collatz(number):
    """Steps until the Collatz sequence of a number has come down to 1."""
    steps = 0
    while number != 1:
        number = number // 2 if number % 2 == 0 else 3 * number + 1
        steps += 1
    return steps


@pydron.functional
def longest(start):
    """The longest sequence that begins in a block of five thousand numbers."""
    return max(collatz(number) for number in range(start, start + 5000))


@pydron.functional
def record(start, steps):
    """Where in its block a long sequence begins."""
    where = next(number for number in range(start, start + 5000) if collatz(number) == steps)
    return f"{steps} steps from {where}"


@pydron.functional
def average(start):
    """The average sequence of a block without a long one."""
    return f"{sum(collatz(number) for number in range(start, start + 5000)) / 5000:.1f} steps on average"


@pydron.schedule
def survey(starts):
    found = []
    for start in starts:
        steps = longest(start)
        if steps > 360:
            found.append(record(start, steps))
        else:
            found.append(average(start))
    return found


if __name__ == "__main__":
    for line in survey(range(1, 250_001, 5000)):
        print(line)
