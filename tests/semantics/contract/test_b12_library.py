"""B12: helpers without a decorator, built-ins and library functions."""

from __future__ import annotations

import pytest
from contract import Item, Row, hold

ITEM = Item(
    "B12",
    "Helpers, built-ins and library functions",
    (
        Row(
            "a helper that only computes",
            "ys = [f(x) for x in range(4)]\na = double(ys[0])\nzs = [g(x) for x in range(4)]\nreturn a, zs",
            calls=8,
            before="import collections, copy, datetime, functools, itertools, json, math, operator, pathlib, random, re, statistics"
            + "\ndef double(x):\n    return x * 2\n",
        ),
        Row(
            "`math`",
            "ys = [f(x) for x in range(4)]\na = math.sqrt(ys[0]) + math.hypot(ys[1], 2)\nzs = [g(x) for x in range(4)]\nreturn a, zs",
            calls=8,
            before="import collections, copy, datetime, functools, itertools, json, math, operator, pathlib, random, re, statistics"
            + "\ndef double(x):\n    return x * 2\n",
        ),
        Row(
            "`operator`",
            "ys = [f(x) for x in range(4)]\na = operator.itemgetter(1)(ys), operator.mul(ys[0], ys[1])\nzs = [g(x) for x in range(4)]\nreturn a, zs",
            calls=8,
            before="import collections, copy, datetime, functools, itertools, json, math, operator, pathlib, random, re, statistics"
            + "\ndef double(x):\n    return x * 2\n",
        ),
        Row(
            "`itertools`",
            "ys = [f(x) for x in range(4)]\na = list(itertools.chain(ys, ys)), list(itertools.zip_longest(ys, ys))\nzs = [g(x) for x in range(4)]\nreturn a, zs",
            calls=8,
            before="import collections, copy, datetime, functools, itertools, json, math, operator, pathlib, random, re, statistics"
            + "\ndef double(x):\n    return x * 2\n",
        ),
        Row(
            "`functools.reduce`",
            "ys = [f(x) for x in range(4)]\na = functools.reduce(operator.add, ys)\nzs = [g(x) for x in range(4)]\nreturn a, zs",
            calls=8,
            before="import collections, copy, datetime, functools, itertools, json, math, operator, pathlib, random, re, statistics"
            + "\ndef double(x):\n    return x * 2\n",
        ),
        Row(
            "`copy`",
            "ys = [f(x) for x in range(4)]\na = copy.copy(ys), copy.deepcopy([ys])\nzs = [g(x) for x in range(4)]\nreturn a, zs",
            calls=8,
            before="import collections, copy, datetime, functools, itertools, json, math, operator, pathlib, random, re, statistics"
            + "\ndef double(x):\n    return x * 2\n",
        ),
        Row(
            "`re`",
            "ys = [f(x) for x in range(4)]\na = re.sub('[0-9]', '#', str(ys[0])), re.findall('[0-9]', repr(ys))\nzs = [g(x) for x in range(4)]\nreturn a, zs",
            calls=8,
            before="import collections, copy, datetime, functools, itertools, json, math, operator, pathlib, random, re, statistics"
            + "\ndef double(x):\n    return x * 2\n",
        ),
        Row(
            "`json`",
            "ys = [f(x) for x in range(4)]\na = json.loads(json.dumps(ys))\nzs = [g(x) for x in range(4)]\nreturn a, zs",
            calls=8,
            before="import collections, copy, datetime, functools, itertools, json, math, operator, pathlib, random, re, statistics"
            + "\ndef double(x):\n    return x * 2\n",
        ),
        Row(
            "`statistics`",
            "ys = [f(x) for x in range(4)]\na = statistics.mean(ys), statistics.stdev(ys)\nzs = [g(x) for x in range(4)]\nreturn a, zs",
            calls=8,
            before="import collections, copy, datetime, functools, itertools, json, math, operator, pathlib, random, re, statistics"
            + "\ndef double(x):\n    return x * 2\n",
        ),
        Row(
            "`datetime`",
            "ys = [f(x) for x in range(4)]\na = datetime.date(2024, 1, ys[0]) + datetime.timedelta(days=ys[1])\nzs = [g(x) for x in range(4)]\nreturn a, zs",
            calls=8,
            before="import collections, copy, datetime, functools, itertools, json, math, operator, pathlib, random, re, statistics"
            + "\ndef double(x):\n    return x * 2\n",
        ),
        Row(
            "`pathlib`",
            "ys = [f(x) for x in range(4)]\na = str(pathlib.PurePath('a') / str(ys[0]))\nzs = [g(x) for x in range(4)]\nreturn a, zs",
            calls=8,
            before="import collections, copy, datetime, functools, itertools, json, math, operator, pathlib, random, re, statistics"
            + "\ndef double(x):\n    return x * 2\n",
        ),
        Row(
            "`str`, `bytes`",
            "ys = [f(x) for x in range(4)]\na = str(ys[0]).zfill(3).encode().hex(), ', '.join(map(str, ys))\nzs = [g(x) for x in range(4)]\nreturn a, zs",
            calls=8,
            before="import collections, copy, datetime, functools, itertools, json, math, operator, pathlib, random, re, statistics"
            + "\ndef double(x):\n    return x * 2\n",
        ),
        Row(
            "`list`, `tuple`, `dict`, `set`",
            "ys = [f(x) for x in range(4)]\na = list(ys)[::-1], tuple(ys).index(2), dict(enumerate(ys)).get(1), set(ys) & {1, 2}\nzs = [g(x) for x in range(4)]\nreturn a, zs",
            calls=8,
            before="import collections, copy, datetime, functools, itertools, json, math, operator, pathlib, random, re, statistics"
            + "\ndef double(x):\n    return x * 2\n",
        ),
        Row(
            "`sum`, `len`, `sorted`, `zip`, `round`, `divmod`",
            "ys = [f(x) for x in range(4)]\na = sum(ys), len(ys), sorted(ys), list(zip(ys, ys)), round(ys[0] / 3, 2), divmod(ys[0], 2)\nzs = [g(x) for x in range(4)]\nreturn a, zs",
            calls=8,
            before="import collections, copy, datetime, functools, itertools, json, math, operator, pathlib, random, re, statistics"
            + "\ndef double(x):\n    return x * 2\n",
        ),
        Row(
            "`numpy`",
            "ys = [f(x) for x in range(4)]\na = np.sqrt(np.array(ys)).sum()\nzs = [g(x) for x in range(4)]\nreturn a, zs",
            calls=8,
            before="import numpy as np",
        ),
        Row(
            "a generator of random numbers of one's own",
            "rng = random.Random(1)\nreturn [f(rng.random()) for x in range(4)], rng.random()",
            before="import random",
        ),
        Row(
            "`rng.shuffle`, `rng.choice` of one's own",
            "rng = random.Random(1)\nout = []\nfor x in range(4):\n    out.append(f(rng.choice([1, 2, 3])))\n"
            "    xs = [1, 2, 3]\n    rng.shuffle(xs)\n    out.append(g(xs[0]))\nreturn out",
            calls=8,
            before="import random",
        ),
        Row(
            "a generator made in each turn",
            "out = []\nfor x in range(4):\n    rng = random.Random(x)\n    out.append(f(rng.gauss(0, 1)))\nreturn out",
            before="import random",
        ),
        Row(
            "a numpy generator of one's own",
            "rng = np.random.default_rng(1)\nreturn [f(float(rng.normal())) for x in range(4)]",
            before="import numpy as np",
        ),
        Row(
            "`pydron.assume_functional(token.ISTERMINAL)`",
            "return [token.ISTERMINAL(f(x)) for x in range(4)]",
            before="import pydron, token\npydron.assume_functional(token.ISTERMINAL)",
        ),
        Row(
            "`collections.Counter`",
            "ys = [f(x) for x in range(4)]\na = collections.Counter(ys)\nzs = [g(x) for x in range(4)]\nreturn a, zs",
            calls=8,
            before="import collections",
        ),
        Row(
            "`scipy.special`, `scipy.stats.norm`",
            "ys = [f(x) for x in range(4)]\na = special.gamma(ys[0]) + stats.norm.cdf(ys[1])\nzs = [g(x) for x in range(4)]\nreturn a, zs",
            calls=8,
            before="from scipy import special, stats",
        ),
        Row(
            "`scipy.optimize`, `scipy.integrate` with a function of one's own",
            "ys = [f(x) for x in range(4)]\na = optimize.minimize_scalar(cost, bounds=(0, ys[1])).x, integrate.quad(cost, 0, ys[2])\nzs = [g(x) for x in range(4)]\nreturn a, zs",
            calls=8,
            before="from scipy import integrate, optimize\ndef cost(x):\n    return (x - 1) ** 2",
        ),
        Row(
            "`hashlib`, `base64`, `struct`, `urllib.parse`, `os.path`",
            "ys = [text(x) for x in range(4)]\na = hashlib.sha256(ys[0].encode()).hexdigest(), base64.b64encode(ys[1].encode()), urllib.parse.quote(ys[2]), os.path.join('a', ys[3])\nzs = [g(x) for x in range(4)]\nreturn a, zs",
            calls=8,
            before="import base64, hashlib, os.path, urllib.parse",
        ),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_known_and_inferred_functions_are_no_sync_points(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
