"""Functional calls behind functions of scipy and of Python's own library overlap; what may do more keeps its place."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, check, peak

HEAD = (
    PRELUDE
    + """
import base64, bisect, calendar, dataclasses, difflib, hashlib, heapq, html, ipaddress, math, os.path, pprint, shlex, struct
import typing, unicodedata, urllib.parse, uuid, zlib
import numpy as np
import scipy.fft, scipy.integrate, scipy.linalg, scipy.ndimage, scipy.optimize, scipy.signal, scipy.special
from scipy import stats
from scipy.stats import norm

@functional
def array(n):
    return np.arange(n + 4.0) + n

@functional
def matrix(n):
    return np.eye(3) * (n + 1)

@functional
def text(n):
    return "a b&c" + str(n)

@functional
def raw(n):
    return b"abc" * n

def parabola(x):
    return (x - 2) ** 2

def digest(data):
    return hashlib.sha256(data).hexdigest()

def crossing(b):
    return scipy.optimize.brentq(lambda x: x - 0.5, 0, b)

def likelihood(x):
    return math.log(norm.pdf(x)) + stats.norm.logcdf(x)

def place(xs, x):
    return bisect.bisect_left(xs, x)

def loud(x):
    note("loud", x)
    return (x - 2) ** 2

@dataclasses.dataclass
class Point:
    x: int
    y: int = 2

@functional
def point(n):
    return Point(n)
"""
)

OVERLAPPING = {
    "distributions": "[norm.pdf(f(i)) + stats.norm.cdf(f(i), loc=1, scale=2) for i in range(4)]",
    "distributions in a helper": "[likelihood(f(i)) for i in range(4)]",
    "tests of statistics": "[stats.ttest_ind(array(i), array(i + 1)).pvalue for i in range(4)]",
    "solvers": "[scipy.optimize.minimize_scalar(parabola, bounds=(0, f(i))).x for i in range(4)]",
    "a solver in a helper": "[crossing(f(i)) for i in range(4)]",
    "integrals": "[scipy.integrate.quad(parabola, 0, f(i))[0] for i in range(4)]",
    "special functions": "[scipy.special.gamma(f(i)) + scipy.special.erf(f(i)) for i in range(4)]",
    "linear algebra": "[scipy.linalg.det(matrix(i)) for i in range(4)], [scipy.linalg.solve(matrix(i), np.ones(3)).sum() for i in range(4)]",
    "transforms": "[abs(scipy.fft.fft(array(i))).sum() for i in range(4)]",
    "signals": "[scipy.signal.savgol_filter(array(i), 3, 1).sum() for i in range(4)]",
    "images": "[scipy.ndimage.gaussian_filter(array(i), 1.0).sum() for i in range(4)]",
    "encodings": "[(base64.b64encode(raw(i)).decode(), zlib.crc32(raw(i)), struct.pack('<i', f(i))) for i in range(4)]",
    "digests": "[hashlib.sha256(raw(i)).hexdigest() for i in range(4)]",
    "digests in a helper": "[digest(raw(i)) for i in range(4)]",
    "heaps and bisections": "[(heapq.nlargest(2, items(i)), bisect.bisect_left([1, 2, 3], f(i)), place([1, 2], f(i))) for i in range(4)]",
    "a key of a heap": "heapq.nsmallest(2, [f(i) for i in range(4)], key=lambda x: -x)",
    "identifiers and addresses": "[(str(uuid.uuid5(uuid.NAMESPACE_DNS, text(i))), str(ipaddress.ip_address(f(i)))) for i in range(4)]",
    "addresses of pages": "[(urllib.parse.quote(text(i)), urllib.parse.urlparse(text(i)).path, html.escape(text(i))) for i in range(4)]",
    "texts": "[(shlex.split(text(i)), os.path.join('a', text(i)), difflib.get_close_matches(text(i), ['a b'])) for i in range(4)]",
    "more texts": "[(pprint.pformat(table(i)), unicodedata.normalize('NFC', text(i))) for i in range(4)]",
    "casts and calendars": "[typing.cast(int, f(i)) + calendar.isleap(f(i)) for i in range(4)]",
    "records": "[dataclasses.asdict(point(i)) for i in range(4)]",
    "more of numpy": "[np.nan_to_num(array(i)).sum() + np.nanpercentile(array(i), 50) for i in range(4)]",
}


def program(body: str) -> str:
    indented = "\n".join("    " + line for line in body.split("\n"))
    return f"{HEAD}\n@schedule\ndef main():\n{indented}\n"


@pytest.mark.parametrize("name", OVERLAPPING)
def test_functional_calls_behind_functions_of_libraries_overlap(name: str) -> None:
    assert peak(program(f"return {OVERLAPPING[name]}")) >= 4


SAME = {
    "a cast gives back what it is given": "xs = [f(i) for i in range(4)]\nys = typing.cast(list, xs)\nys.append(1)\nreturn xs, ys is xs",
    "what overwrites its argument keeps its place": "a = matrix(1)\nb = scipy.linalg.inv(a, overwrite_a=True)\nreturn b.sum()",
    "what writes into an array keeps its place": "out = np.zeros(5)\nr = scipy.ndimage.gaussian_filter(array(1), 1.0, output=out)\nreturn out, r is out",
    "a copy that is none": "a = array(1)\nb = np.nan_to_num(a, copy=False)\nb[0] = 7\nreturn a",
    "a function that is heard keeps its place": "a = f(3)\nb = scipy.integrate.fixed_quad(loud, 0, a, n=2)[0]\nnote('after')\nreturn b",
    "a method that modifies keeps its place": "xs = []\nb = scipy.optimize.brentq(lambda x: xs.append(x) or x - 0.5, 0, f(2))\nreturn b, len(xs)",
    "a bisection by a key that is heard": "i = bisect.bisect_left([1, 2, 3], f(1), key=loud)\nnote(i)",
    "a digest that goes on": "h = hashlib.sha256(raw(1))\ng = h\nh.update(raw(2))\nreturn g.hexdigest()",
}


@pytest.mark.parametrize("name", SAME)
def test_what_may_do_more_than_compute_is_as_in_plain_python(name: str) -> None:
    check(program(SAME[name]))
