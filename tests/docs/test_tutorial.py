"""The tutorial is run as it stands: its commands in an empty folder, in order, and they print what the page says."""

import csv
import importlib.util
import sys
import tomllib

import pytest

pytestmark = pytest.mark.xdist_group("tutorial")


@pytest.fixture(scope="module")
def tutorial(root):
    spec = importlib.util.spec_from_file_location("tutorial_page", root / "docs" / "tutorial.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclass looks there
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module")
def taken(tutorial, tmp_path_factory):
    """The folder in which the tutorial was taken, and each command with what it printed."""
    folder = tmp_path_factory.mktemp("reader")
    commands = tutorial.commands_of(tutorial.PAGE.read_text(encoding="utf-8"))
    return folder, [(command, tutorial.printed(command.line, folder)) for command in commands]


def test_every_command_prints_what_the_page_says(tutorial, taken):
    wrong = [(c.line, c.said, came) for c, came in taken[1] if not tutorial.fits(c.said, came)]
    assert wrong == [], "make pages"
    assert len(taken[1]) >= 12


def test_what_the_page_says_of_the_truth_is_so(taken):
    folder, _ = taken
    truth = tomllib.loads((folder / "my-experiments/known/truth.toml").read_text(encoding="utf-8"))["shares"]["log"]
    with (folder / "results/known/tables/shares.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if (r["readout"], r["block"]) == ("calcium_per_well", "siTRPM7")]
    told = {r["share"]: r for r in rows if (r["scale"], r["method"]) == ("log", "fieller_donor")}
    for share in ("passive", "surface", "intracellular"):
        assert float(told[share]["ci_low"]) < truth["siTRPM7"][share] < float(told[share]["ci_high"])
    assert float(told["intracellular_corrected"]["estimate"]) > truth["siTRPM7"]["intracellular"]
    assert 0.2 < float(told["intracellular"]["rho"]) < 0.4


@pytest.mark.parametrize(
    ("said", "came", "fitting"),
    [
        (("a", "b"), ("a", "b"), True),
        (("a", "…", "d"), ("a", "b", "c", "d"), True),
        (("…", "d"), ("d",), False),
        (("a",), ("a", "b"), False),
        (("a (1)",), ("a (1)",), True),
        ((), (), True),
    ],
)
def test_lines_left_out_stand_for_one_line_or_more(tutorial, said, came, fitting):
    assert tutorial.fits(said, came) is fitting
