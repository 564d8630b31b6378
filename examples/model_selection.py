"""Which classifier reads handwritten digits best? Cross-validated model selection, written as a plain script.

The data are the 1,797 digits that scikit-learn ships; nothing is downloaded.

    python examples/model_selection.py
    pydron run --trace digits.pydron examples/model_selection.py
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC

import pydron

Numbers = NDArray[Any]
Fold = tuple[Numbers, Numbers]
"""Which images to learn from, and which to judge by."""
Candidate = tuple[str, str, dict[str, Any]]
"""Name, kind of classifier, and its parameters."""
Row = tuple[str, float, float]
"""Name of a candidate, its mean score, and the scatter of its scores."""


@pydron.functional
def score(candidate: Candidate, images: Numbers, labels: Numbers, fold: Fold) -> float:
    """The share of digits of one fold that a classifier, trained on the others, reads correctly."""
    _, kind, parameters = candidate
    model = SVC(**parameters) if kind == "svm" else RandomForestClassifier(random_state=0, **parameters)
    train, test = fold
    model.fit(images[train], labels[train])
    return float(model.score(images[test], labels[test]))


@pydron.schedule
def pipeline(
    candidates: list[Candidate], images: Numbers, labels: Numbers, folds: list[Fold]
) -> tuple[str, float, list[Row]]:
    """The best candidate, its score, and the table of all candidates."""
    best, best_score = "none", 0.0
    table: list[Row] = []
    for candidate in candidates:
        name = candidate[0]
        scores = []
        for fold in folds:
            scores.append(score(candidate, images, labels, fold))
        mean = sum(scores) / len(scores)
        scatter = max(scores) - min(scores)
        table.append((name, mean, scatter))
        if mean > best_score:
            best, best_score = name, mean
    return best, best_score, table


def name_of(kind: str, parameters: dict[str, Any]) -> str:
    """A candidate as people write it."""
    return f"{kind}({', '.join(f'{key}={value}' for key, value in parameters.items())})"


def prepare() -> tuple[list[Candidate], Numbers, Numbers, list[Fold]]:
    """The arguments of the pipeline: the grid of candidates, the digits, and five folds."""
    grid: list[tuple[str, dict[str, Any]]] = []
    for strength in (0.1, 1.0, 10.0, 100.0, 1000.0):
        for width in (1e-4, 1e-3, 3e-3, 1e-2):
            grid.append(("svm", {"C": strength, "gamma": width}))
    for trees in (20, 40):
        for depth in (8, 16):
            grid.append(("forest", {"n_estimators": trees, "max_depth": depth}))
    candidates = [(name_of(kind, parameters), kind, parameters) for kind, parameters in grid]
    images, labels = load_digits(return_X_y=True)
    splits = StratifiedKFold(n_splits=5, shuffle=True, random_state=0).split(images, labels)
    return candidates, np.asarray(images), np.asarray(labels), list(splits)


def describe(result: tuple[str, float, list[Row]]) -> str:
    """The result in a sentence or two."""
    best, best_score, table = result
    return f"Best of {len(table)} candidates: {best} reads {best_score:.2%} of the digits."


if __name__ == "__main__":
    print(describe(pipeline(*prepare())))
