"""The conformance suite on Ray. Ray is large, and has no wheel for some versions of Python: runs where it is installed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest

from pydron.config import Settings
from pydron_runtime.conformance.executors import ExecutorConformance
from pydron_runtime.conformance.scheduled import ProgramConformance
from pydron_runtime.executors import engines
from pydron_runtime.executors.base import Executor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed; pip install 'pydron-runtime[ray]'"),
    # Ray leaves sockets and files to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


class TestRay(ExecutorConformance):
    @pytest.fixture
    def executor(self) -> Executor:
        return engines.shared("ray", Settings(executor="ray://", workers=2))


class TestProgramsOnRay(ProgramConformance):
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"executor": "ray://", "workers": 2}
