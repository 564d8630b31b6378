"""Statements, loops and scopes mean in the graph what they mean in Python."""

from __future__ import annotations

import pytest
from twins import same

BODIES = {
    "for with else and break": """
        for x in xs:
            if x == n:
                log.append("found")
                break
            elif x > 99:
                continue
        else:
            log.append("not found")
            return "else"
        return x
    """,
    "while with header, break and else": """
        left = list(xs)
        while (x := left.pop()) and str(x) != "9":
            if len(left) == n:
                break
            if x % 2:
                continue
            log.append(x)
        else:
            log.append("ended")
        return left
    """,
    "else of a loop that continues the loop around it": """
        for x in xs:
            while str(x) > "3":
                x = int(x) - 1
                if x == n:
                    break
            else:
                continue
            log.append(x)
        return x
    """,
    "nested loops with all ways out": """
        for x in xs:
            for y in range(x):
                if y > n:
                    break
                if y == 3:
                    return log.append("out"), x, y
            else:
                log.append((x, "else"))
                continue
            log.append((x, y))
    """,
    "native statements that break, continue and return": """
        for x in xs:
            try:
                if x == 2:
                    continue
                with open(__import__("os").devnull):
                    if x == n:
                        break
                if x > 50:
                    return "large"
                y = 1 // (x - 1)
            except ZeroDivisionError as error:
                log.append(str(error))
            finally:
                log.append(("finally", x))
        else:
            return "else"
        return x, y
    """,
    "match binds its names": """
        found = []
        for x in [*xs, (1, 2, 3), {"k": 5, "z": 6}, "text"]:
            match x:
                case 1 | 2:
                    found.append("small")
                case (a, *rest):
                    found.append((a, rest))
                case {"k": value, **others}:
                    found.append((value, others))
                case str() as text:
                    break
        return found, text
    """,
    "closures see later bindings": """
        functions = []
        for x in xs:
            functions.append(lambda: (x, later))
            def get(y=x, *, z=n):
                return x, y, z
            functions.append(get)
        later = str("late")
        return [one() for one in functions]
    """,
    "nonlocal and global": """
        count = 0
        def step(by=str(1)):
            nonlocal count
            global shared
            count += int(by)
            shared = count
            return count
        step(); step("5")
        return count, shared
    """,
    "global of the function itself": """
        global shared
        shared = len(xs)
        try:
            shared += 1
        finally:
            log.append(shared)
        for shared in xs:
            pass
        import os.path as shared_path
        return shared, (shared_path.sep, [shared for _ in xs])
    """,
    "comprehension variables are their own": """
        x = y = "outer"
        squares = [str(x * x) for x in xs if x != n]
        pairs = {(x, y): [str(z) for z in range(y)] for x in xs for y in range(x) if x + y < 6}
        odd = {str(x) for x in xs if not x % 2}
        return x, y, squares, pairs, sorted(odd)
    """,
    "comprehension in a loop whose functions are kept": """
        kept = []
        for n in xs:
            kept.append([lambda: (v, n) for v in range(n)])
        return [one() for group in kept for one in group]
    """,
    "unpacking errors": """
        (x, y), *z = [xs[:2], str(1)]
        log.append((x, y, z))
        x, (y, z) = str(12), xs
    """,
    "unbound local": """
        if len(xs) > 100:
            value = 1
        return value
    """,
    "unbound after del": """
        value = str(1)
        for x in xs:
            del value
    """,
    "deleted captured variable": """
        value = str(1)
        get = lambda: value
        log.append(get())
        del value
        return get()
    """,
    "names that are only annotated or bound in dead code are local": """
        x: str(nothing)
        return 1
        n = 2
    """,
    "read of a name bound in dead code": """
        if xs:
            return log.append("here") or later
            later = 3
    """,
    "exceptions chain": """
        try:
            int("x" + str(n))
        except ValueError as error:
            raise KeyError(str(n)) from error
    """,
    "exception in a finally": """
        try:
            int("x" + str(n))
        finally:
            raise KeyError(
                str(n),
                xs,
            )
    """,
    "lines of parts of a long statement": """
        return [
            str(n),
            [
                int(x)
                for x in [*xs, "nonsense"]
            ],
            str(3),
        ]
    """,
    "lines of arguments": """
        return str(
            str(n)
            + str(n).nonsense(
                1
            )
        )
    """,
    "imports and classes": """
        import collections.abc
        from math import floor as down, sqrt
        class Local(collections.abc.Sized, metaclass=type(collections.abc.Sized)):
            size = n
            def __len__(self):
                return down(sqrt(len(xs))) + self.size
        return len(Local()), Local.__qualname__, Local.__len__.__qualname__
    """,
    "names of nested code": """
        def inner():
            class Deep:
                def method(self):
                    return lambda: 0
            return Deep
        return inner.__qualname__, inner().method.__qualname__, inner()().method().__qualname__, inner.__name__
    """,
    "decorated function": """
        def twice(function):
            log.append(function.__name__)
            return lambda *args: function(function(*args))
        @twice
        @twice
        def add(value: str(int), by=len(xs)) -> str(int):
            return value + by
        return add(n)
    """,
    "recursion and default arguments": """
        def down(k, seen=[]):
            seen.append(k)
            return seen if k <= 0 else down(k - 1)
        return down(len(xs)), down(1)
    """,
    "augmented in place": """
        alias = xs
        xs += [str(n)]
        xs[0] += len(xs)
        xs[len(xs) - 1] *= 2
        return alias is xs, xs
    """,
    "augmented of a tuple's list": """
        pair = ([], 1)
        pair[0] += [str(n)]
    """,
    "generator expressions are lazy": """
        values = (log.append(x) or x for x in xs if str(x))
        n = 0
        first = next(values)
        return first, n, list(values), sum(y for x in xs for y in [x, len(xs)])
    """,
    "text of captured numbers": """
        width = len(xs)
        return f"{n:{width}}|{str(n)!r:>{str(10)}}|{{}}{xs!s}{n=}" "tail" f"{'nested ' + str(n)}"
    """,
    "many targets": """
        class Box: pass
        box = a = Box()
        box.x = a.y = c, *d = xs[len(xs) - 3:]
        return box.x, a.y, c, d
    """,
    "walrus everywhere": """
        if (k := len(xs)) > 2 and (m := str(k)) or (k := 0):
            log.append((k, m))
        found = [last := str(x) for x in xs if (half := int(x) // 2)]
        return k, m, found, last, half
    """,
    "slices and subscripts": """
        copy = xs[:]
        copy[1:len(copy)] = str(n), n
        copy[::len(copy) - 1] = [7, 8]
        del copy[len(copy) - 1], copy[:1]
        return copy
    """,
    "underscored names of the user": """
        _1 = str(1)
        __2 = str(2) + _1
        return [str(_1) + _x for _x in [__2, _1]]
    """,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_bodies_of_functions(body: str) -> None:
    same("def f(xs, n):" + body, arguments="([1, 2, 3, 4, 5], 4)")


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_bodies_of_methods(body: str) -> None:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    same("class Holder:\n    @staticmethod\n    def f(xs, n):" + lines + "f = Holder.f\n", arguments="([1, 2, 0], 2)")


PROGRAMS = {
    "enclosing variables": """
        def outer(n):
            total = 0
            def inner(x):
                nonlocal total
                total += n * len(str(x))
                total, y = [total + 1, len(str(total))]
                return total, y, [total for _ in str(x)], lambda: total
            return inner
        inner = outer(3)
        def f(x):
            return inner(x)
        f = inner
    """,
    "private names": """
        class Base:
            __hidden = "base"
            def f(self, __x=1):
                __local = [__y for __y in str(self.__hidden)]
                self.__made = len(__local) + __x
                class __Inner:
                    __own = 3
                    def get(self):
                        return self.__own
                import os.path as __path
                def __helper(__arg):
                    return __arg + self.__made
                return __local, __helper(1), dict(__k=__x), __Inner().get(), sorted(vars(self)), __path.sep
        f = Base().f.__func__
        class Sub(Base):
            pass
    """,
    "lambda with defaults": "f = (lambda x, y=[2], *rest, z=3, **more: [x, len(y), rest, z, [w for w in more]])\n",
    "future annotations": """
        from __future__ import annotations
        def f(x: Undefined) -> Undefined:
            def inner(y: Missing = 1) -> Gone: return y
            class Local:
                field: Missing
            return inner.__annotations__, Local.__annotations__, inner(2)
    """,
    "annotations that are evaluated": """
        def f(x):
            def inner(y: len("abc") = 1) -> str: return y
            return inner.__annotations__, inner(2)
    """,
    "super and eval and locals": """
        class Base:
            def get(self): return "base"
        class Sub(Base):
            def get(self):
                x = 1
                return super().get(), eval("x"), sorted(locals()), __class__.__name__
        f = Sub.get
    """,
    "generator function": """
        def numbers(x):
            yield from range(len(str(x)))
            log.append((yield 5))
        def f(x):
            return list(numbers(x)), [list(numbers(y)) for y in x]
    """,
    "shadowed builtins": """
        def len(x): return "mine"
        def f(x, AssertionError=KeyError, print=log.append):
            print(len(x))
            assert not x, "message"
    """,
}


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_programs(text: str) -> None:
    argument = "(Sub(),)" if "class Sub" in text else "('xyz',)"
    same(text, arguments=argument)
