"""Colours where a person looks, and nowhere else."""

import io

import pytest

from mgassay.cli.words import coloured, print_problems, problem_text
from mgassay.problems import Problems


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def a_terminal_with_colours(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_what_cannot_be_seen_is_written_out():
    problems = Problems()
    problems.add("MG003", file="a\u202eb.toml", seen="c\x1b[2Jd")
    told = problem_text(next(iter(problems)))
    assert "a\\u202eb.toml" in told
    assert "c\\x1b[2Jd" in told
    assert told.isascii() or "\u202e" not in told


def test_colours_are_for_terminals():
    assert coloured("x", "error", Terminal()) == "\x1b[1;31mx\x1b[0m"
    assert coloured("x", "error", io.StringIO()) == "x"


@pytest.mark.parametrize(
    ("name", "value", "plain"), [("NO_COLOR", "1", True), ("NO_COLOR", "", False), ("TERM", "dumb", True)]
)
def test_no_color_is_kept_when_it_says_something(
    monkeypatch, name, value, plain
):  # no-color.org: "when not an empty string"
    monkeypatch.setenv(name, value)
    assert (coloured("x", "good", Terminal()) == "x") == plain


def test_an_unknown_kind_is_our_bug():
    with pytest.raises(KeyError):
        coloured("x", "pink", io.StringIO())


def test_only_the_head_of_a_problem_is_coloured_and_the_worst_comes_last(capsys):
    problems = Problems()
    problems.add("MG901", file="raw/a.txt")
    problems.add("MG119", file="raw/b.txt", seen="562", asked="562")
    error, _ = problems
    assert problem_text(error, Terminal()).startswith("\x1b[1;31mERROR MG901\x1b[0m  raw/a.txt\n    raw/a.txt is not")
    print_problems(problems)
    told = capsys.readouterr().err
    assert told.index("NOTICE MG119") < told.index("ERROR MG901")
    assert "\x1b" not in told
