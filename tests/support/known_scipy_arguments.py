"""Arguments to try the entries of the tables of scipy with."""

from __future__ import annotations

from typing import Any

import numpy
import scipy.sparse

ARRAY = numpy.array
LINE = numpy.linspace(0.0, 1.0, 9)
WAVE = numpy.sin(numpy.arange(64.0))
MATRIX = ARRAY([[4.0, 1.0], [1.0, 3.0]])
IMAGE = numpy.arange(25.0).reshape(5, 5) % 7
POINTS = ARRAY([[0.0, 0.1], [1.0, 0.0], [0.2, 1.1], [1.3, 1.2], [0.5, 0.4]])
SAMPLE = ARRAY([2.1, 3.4, 1.9, 5.6, 4.4, 3.8, 2.7, 4.9, 3.1])
OTHER = ARRAY([1.2, 2.9, 2.3, 4.1, 5.0, 3.3, 2.2, 4.0, 2.6])
TREE = ARRAY([[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]])
SECTIONS = ARRAY([[0.1, 0.2, 0.1, 1.0, -0.5, 0.2]])


def _square(x: Any, *more: Any) -> Any:
    return (x - 1) ** 2


def _line(x: Any, *more: Any) -> Any:
    return x - 0.5


def _falling(y: Any, x: Any) -> Any:
    return -y


def _fitted(x: Any, a: Any, b: Any) -> Any:
    return a * x + b


def _volume(z: Any, y: Any, x: Any) -> Any:
    return x * y + z


OWN: dict[str, tuple[Any, ...]] = {
    "linalg.cho_solve": ((MATRIX, True), ARRAY([1.0, 2.0])),
    "linalg.lu_solve": ((MATRIX, ARRAY([0, 1])), ARRAY([1.0, 2.0])),
    "linalg.solve_banded": ((0, 0), ARRAY([[1.0, 2.0]]), ARRAY([1.0, 2.0])),
    "linalg.eigh_tridiagonal": (ARRAY([2.0, 3.0]), ARRAY([0.5])),
    "fft.fht": (WAVE, 0.1, 0.5),
    "fft.ifht": (WAVE, 0.1, 0.5),
    "stats.ks_1samp": (SAMPLE / 10, _line),
    "stats.boxcox_llf": (0.5, SAMPLE),
    "stats.trim_mean": (SAMPLE, 0.1),
    "stats.trimboth": (SAMPLE, 0.1),
    "stats.yeojohnson_llf": (0.5, SAMPLE),
    "optimize.minimize_scalar": (_square,),
    "optimize.root_scalar": (_line, (), None, (0.0, 2.0)),
    "optimize.brenth": (_line, 0.0, 2.0),
    "integrate.dblquad": (_falling, 0.0, 1.0, 0.0, 2.0),
    "integrate.tplquad": (_volume, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0),
    "integrate.solve_ivp": (_falling, (0.0, 1.0), ARRAY([1.0])),
    "interpolate.BSpline": (ARRAY([0.0, 0.0, 1.0, 1.0]), ARRAY([1.0, 2.0]), 1),
    "interpolate.RectBivariateSpline": (numpy.arange(5.0), numpy.arange(5.0), IMAGE),
    "signal.decimate": (WAVE, 2),
    "signal.firls": (5, [0.0, 0.2, 0.5, 1.0], [1.0, 1.0, 0.0, 0.0]),
    "signal.firwin2": (5, [0.0, 0.5, 1.0], [1.0, 1.0, 0.0]),
    "signal.iirfilter": (2, 0.3, None, None, "low"),
    "signal.kaiserord": (40.0, 0.1),
    "signal.remez": (5, [0.0, 0.1, 0.2, 0.5], [1.0, 0.0]),
    "signal.savgol_filter": (WAVE, 5, 2),
    "signal.sosfilt": (SECTIONS, WAVE),
    "signal.sosfiltfilt": (SECTIONS, WAVE),
    "signal.filtfilt": ([0.5, 0.5], [1.0], WAVE),
    "signal.lfilter": ([0.5, 0.5], [1.0, 0.2], WAVE),
    "sparse.vstack": ([scipy.sparse.eye(2)],),
    "spatial.distance.mahalanobis": ([1.0, 2.0], [2.0, 3.0], MATRIX),
    "cluster.hierarchy.cut_tree": (TREE,),
    "cluster.hierarchy.fcluster": (TREE, 1.0),
    "cluster.hierarchy.leaves_list": (TREE,),
}
"""Entries that take their own arguments only."""

ATTEMPTS: tuple[tuple[Any, ...], ...] = (
    (WAVE,), (SAMPLE,), (MATRIX,), (0.5,), (4,), (IMAGE,), (0.5, 0.6), (2, 0.5), (0.5, 0.6, 0.7), (2, 2, 0.5),
    (0.5, 1.5, 0.7, 0.2), (2, 3, 0.5, 0.2), (MATRIX, ARRAY([1.0, 2.0])), (MATRIX, MATRIX), (SAMPLE, OTHER),
    (IMAGE, MATRIX), (IMAGE, 1), (IMAGE, ARRAY([1.0, 2.0, 1.0])), (WAVE, ARRAY([1.0, 0.5])),
    (ARRAY([1.0, 0.5]), ARRAY([1.0, 0.3]), WAVE), (LINE, LINE**2), (LINE, LINE**2, ARRAY([0.3, 0.4])), (8,), (4, 4),
    (2, 1), (3, 0.2), (3, 1, 0.2), (3, 1, 40, 0.2), (5, 3), (0.2, 0.3, 1, 40), (POINTS,), (POINTS, POINTS),
    (SAMPLE, 3.0), (SAMPLE, 1.0), (SAMPLE, "norm"), ([SAMPLE, OTHER],), (SAMPLE, OTHER, SAMPLE * 2), (_square, 0.0),
    (_square, 0.0, 2.0), (_line, 0.0, 2.0), (_falling, 1.0, LINE), (_fitted, LINE, LINE * 2),
    (MATRIX, MATRIX, MATRIX), (MATRIX, MATRIX, MATRIX, MATRIX),
    ((1, 1), ARRAY([[0, 1.0], [2, 3.0]]), ARRAY([1.0, 2.0])), ([1, 2, 3], [4, 5, 6]), ([1.0, 2.0], [1.0, 3.0]),
    (ARRAY([True, False, True]), ARRAY([False, True, True])), ("hann", 8),
    ((ARRAY([1.0, 2]), ARRAY([1.0, 3, 2])),), (3, 4, 5, 2.0), ([10, 12, 9, 11],), ([[10, 12], [9, 11]],), (5,),
    (3, 10), (1, 1, 1, 2), (2.0, 1.0, 10, 2.1, 1.2, 9), (SAMPLE, OTHER, 3), ([POINTS[:, 0], POINTS[:, 1]],),
    (LINE, (LINE, LINE, 1)), (LINE, (ARRAY([0.0, 0.0, 1.0, 1.0]), ARRAY([1.0, 2.0]), 1)),
)  # fmt: skip
"""Lists of arguments; every other entry takes one of them."""
