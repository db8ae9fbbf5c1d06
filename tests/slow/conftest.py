"""What several slow tests need: an environment of its own for rdmlpython (`make test-all` makes it)."""

import os
from pathlib import Path

import pytest
from tests.workflow.conftest import small_experiment  # noqa: F401 - a fixture of test_faults.py

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def oracle() -> Path:
    python = Path(os.environ.get("MGASSAY_ORACLES") or ROOT / ".venv-oracles/bin/python")
    if not python.is_file():
        pytest.skip(f"no environment with rdmlpython: {python} is absent (set MGASSAY_ORACLES)")
    return python
