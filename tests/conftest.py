"""What all tests share: where things are, and the rule that a test is not skipped without a reason that counts."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
NO_REAL_EXPORTS = "real exports are not beside this checkout"


def pytest_addoption(parser):
    parser.addoption(
        "--no-unexpected-skips",
        action="store_true",
        help="a skip fails, but for real exports where ../shared is absent",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.skipped and item.config.getoption("--no-unexpected-skips") and not hasattr(report, "wasxfail"):
        allowed = not SHARED.is_dir() and NO_REAL_EXPORTS in str(report.longrepr)
        if not allowed:
            report.outcome = "failed"
    return report


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip(NO_REAL_EXPORTS)
    return SHARED
