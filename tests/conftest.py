"""What all tests share: where things are, and the rule that a test is not skipped without a reason that counts."""

import os
from pathlib import Path

import pytest
from tests import golden_messages

os.environ["OPENPYXL_LXML"] = "False"  # a test's oracle brings lxml; a lab has none, and reads workbooks without it

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
NO_REAL_EXPORTS = "real exports are not beside this checkout"


def pytest_addoption(parser):
    parser.addoption(
        "--no-unexpected-skips",
        action="store_true",
        help="a skip fails, but for real exports where ../shared is absent",
    )
    parser.addoption("--record-messages", action="store_true", help="write tests/reference/messages.toml anew")


def pytest_configure(config):
    config.golden, config.recorded = golden_messages.golden(), {}


def pytest_sessionfinish(session):
    if session.config.getoption("--record-messages"):
        cases = golden_messages.merged(session.config.golden, session.config.recorded)
        golden_messages.PAGE.write_text(golden_messages.written(cases), encoding="utf-8")


def name_of_test(item) -> str:
    """A test's name without the group that xdist writes behind it."""
    group = item.get_closest_marker("xdist_group")
    return item.nodeid.removesuffix(f"@{group.args[0]}") if group else item.nodeid


@pytest.fixture(autouse=True)
def golden_messages_come_out(request, monkeypatch):
    """A test that a golden message names provokes it, fact by fact."""
    config, test = request.config, name_of_test(request.node)
    recording = config.getoption("--record-messages")
    named = {code: case["facts"] for code, case in config.golden.items() if case["test"] == test}
    if not (named or recording):
        yield
        return
    told = golden_messages.listen(monkeypatch)
    yield
    if recording and not hasattr(getattr(request, "function", None), "hypothesis"):  # drawn: others in every run
        golden_messages.keep(config.recorded, test, told)
    lacking = [code for code, facts in named.items() if not golden_messages.came(code, facts, told)]
    assert recording or not lacking, f"no longer as in tests/reference/messages.toml: {lacking}"


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


@pytest.fixture
def shut(monkeypatch):
    """Closes a file, or a folder with all in it, by its path, as it is to any user but root, to whom nothing is."""
    closed = []

    def refuse(method, *, itself):
        really = getattr(Path, method)

        def asked(self, *args, **kwargs):
            if {*self.parents, *([self] if itself else [])}.intersection(closed):
                raise PermissionError(13, "Permission denied", str(self))
            return really(self, *args, **kwargs)

        monkeypatch.setattr(Path, method, asked)

    for method, itself in (("open", True), ("iterdir", True), ("stat", False)):
        refuse(method, itself=itself)
    return closed.append
