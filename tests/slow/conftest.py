"""What several slow tests need: labs to make trouble in, an environment of its own for rdmlpython (`make test-all`)."""

import os
import shutil
from pathlib import Path

import pytest
from tests.slow.troubles import not_run, ran
from tests.workflow.conftest import (
    Lab,
    make_lab,
    pictured_experiment,  # noqa: F401 - fixtures
    small_experiment,  # noqa: F401
)

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def oracle() -> Path:
    python = Path(os.environ.get("MGASSAY_ORACLES") or ROOT / ".venv-oracles/bin/python")
    if not python.is_file():
        pytest.skip(f"no environment with rdmlpython: {python} is absent (set MGASSAY_ORACLES)")
    return python


@pytest.fixture(scope="session")
def ran_once(tmp_path_factory, small_experiment) -> Lab:  # noqa: F811
    """A lab that has run an experiment without trouble."""
    return ran(make_lab(tmp_path_factory.mktemp("faults")), small_experiment)


@pytest.fixture
def expected(ran_once) -> dict[str, bytes]:
    """The bytes of a run without trouble."""
    return ran_once.bytes_of_results()


@pytest.fixture
def finished(ran_once, tmp_path) -> Lab:
    shutil.copytree(ran_once.folder, tmp_path / "lab", symlinks=True)
    return Lab(tmp_path / "lab")


@pytest.fixture
def fresh(ran_once, tmp_path) -> Lab:
    """A lab of the same code that has not run yet."""
    return not_run(ran_once, tmp_path / "lab")
