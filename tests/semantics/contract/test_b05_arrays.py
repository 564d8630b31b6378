"""B5: results in numpy arrays."""

from __future__ import annotations

import pytest
from contract import IN_PLACE, Item, Row, hold

ITEM = Item(
    "B5",
    "Results in numpy arrays",
    (
        Row(
            "`arr[i] = f(x)`",
            "arr = np.zeros(4)\nfor x in range(4):\n    arr[x] = f(x)\nreturn arr.tolist()",
            before="import numpy as np\n@functional\ndef row(x):\n    return np.arange(3.0) + x",
            behaviour=IN_PLACE,
        ),
        Row(
            "`arr[i, j] = f(x)`",
            "arr = np.zeros((2, 2))\nfor x in range(4):\n    arr[x // 2, x % 2] = f(x)\nreturn arr.tolist()",
            before="import numpy as np\n@functional\ndef row(x):\n    return np.arange(3.0) + x",
            behaviour=IN_PLACE,
        ),
        Row(
            "`arr[i] = row(x)`",
            "arr = np.zeros((4, 3))\nfor x in range(4):\n    arr[x] = row(x)\nreturn arr.tolist()",
            before="import numpy as np\n@functional\ndef row(x):\n    return np.arange(3.0) + x",
            behaviour=IN_PLACE,
        ),
        Row(
            "`arr[i, :] = row(x)`",
            "arr = np.zeros((4, 3))\nfor x in range(4):\n    arr[x, :] = row(x)\nreturn arr.tolist()",
            before="import numpy as np\n@functional\ndef row(x):\n    return np.arange(3.0) + x",
            behaviour=IN_PLACE,
        ),
        Row(
            "`arr[:, i] = row(x)`",
            "arr = np.zeros((3, 4))\nfor x in range(4):\n    arr[:, x] = row(x)\nreturn arr.tolist()",
            before="import numpy as np\n@functional\ndef row(x):\n    return np.arange(3.0) + x",
            behaviour=IN_PLACE,
        ),
        Row(
            "`arr[i] += f(x)`",
            "arr = np.zeros(2)\nfor x in range(4):\n    arr[x % 2] += f(x)\nreturn arr.tolist()",
            before="import numpy as np\n@functional\ndef row(x):\n    return np.arange(3.0) + x",
            behaviour=IN_PLACE,
        ),
        Row(
            "`arr[i, :] += row(x)`",
            "arr = np.zeros((2, 3))\nfor x in range(4):\n    arr[x % 2, :] += row(x)\nreturn arr.tolist()",
            before="import numpy as np\n@functional\ndef row(x):\n    return np.arange(3.0) + x",
            behaviour=IN_PLACE,
        ),
        Row(
            "`arr += row(x)`",
            "arr = np.zeros(3)\nfor x in range(4):\n    arr += row(x)\nreturn arr.tolist()",
            before="import numpy as np\n@functional\ndef row(x):\n    return np.arange(3.0) + x",
            behaviour=IN_PLACE,
        ),
        Row(
            "`arr[i] = f(x)`, then read",
            "arr = np.zeros(4)\nfor x in range(4):\n    arr[x] = f(x)\nreturn arr.sum(), arr.tolist()",
            before="import numpy as np\n@functional\ndef row(x):\n    return np.arange(3.0) + x",
            behaviour=IN_PLACE,
        ),
        Row(
            "`np.array([f(x) for x in xs])`",
            "return np.array([f(x) for x in range(4)]).tolist()",
            before="import numpy as np\n@functional\ndef row(x):\n    return np.arange(3.0) + x",
        ),
        Row(
            "`np.stack([row(x) for x in xs])`",
            "return np.stack([row(x) for x in range(4)]).sum(axis=0).tolist()",
            before="import numpy as np\n@functional\ndef row(x):\n    return np.arange(3.0) + x",
        ),
    ),
)


@pytest.mark.parametrize("row", ITEM.rows, ids=str)
def test_results_in_arrays_overlap(row: Row) -> None:
    """Result, output and state are those of the plain program, and the calls are in flight together."""
    hold(row)
