"""The catalogue of problems, and the list that collects them."""

import ast
import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest
from tests.golden_messages import golden

import mgassay
from mgassay.errors import ContractError
from mgassay.problems import SEVERITIES, Problem, Problems, catalogue, listed, nearest, suggestion

SOURCE = Path(mgassay.__file__).parent
KINDS = sorted(catalogue().values(), key=lambda kind: kind.code)
ALWAYS = {"file", "sheet", "place", "seen"}


def placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def calls_with_a_code():
    """(file, code, keywords) of every call in src whose first argument is a code of the catalogue, keywords known."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add"):
                continue
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value.startswith("MG"):
                yield path.name, first.value, {k.arg for k in node.keywords}


@pytest.fixture
def problems():
    return Problems()


# The catalogue ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_every_kind_of_problem_is_complete(kind):
    assert re.fullmatch(r"MG\d{3}", kind.code)
    assert kind.severity in SEVERITIES
    assert kind.title.strip()
    assert not kind.title.endswith(".")
    assert kind.message.endswith((".", "?", ")", "}"))
    assert kind.remedy.strip()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_every_message_and_remedy_can_be_filled(kind, problems):
    facts = placeholders(kind.message) | placeholders(kind.remedy)
    assert all(name.isidentifier() for name in facts)
    problems.add(kind.code, **{name: f"<{name}>" for name in facts})
    (found,) = problems
    assert not re.search(r"[{}]", found.message + found.remedy)
    assert all(f"<{name}>" in found.message + found.remedy for name in facts)


def test_no_code_stands_in_two_files():
    entries = [
        code
        for path in sorted((SOURCE / "catalogue").glob("*.toml"))
        for code in tomllib.loads(path.read_text(encoding="utf-8"))
    ]
    assert sorted(entries) == sorted(catalogue())


def test_every_code_in_the_source_is_in_the_catalogue_and_the_reverse():
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SOURCE.rglob("*.py")))
    used = set(re.findall(r"\bMG\d{3}\b", source))
    unknown = used - set(catalogue())
    unused = {kind.code for kind in KINDS} - used
    assert (unknown, unused) == (set(), set())


def test_every_call_gives_the_facts_that_its_texts_name():
    lacking = [
        (file, code, sorted(missing))
        for file, code, given in calls_with_a_code()
        if code in catalogue()  # else the test above names it
        and None not in given  # None stands for **facts
        and (missing := placeholders(catalogue()[code].message + catalogue()[code].remedy) - ALWAYS - given)
    ]
    assert lacking == []


# The list -----------------------------------------------------------------------------------------------------------


def test_a_problem_says_where_and_what(problems):
    problems.add("MG901", file="raw/a.txt", sheet="Plate 1", place="B7", seen=3.5)
    assert list(problems) == [
        Problem(
            code="MG901",
            severity="error",
            file="raw/a.txt",
            sheet="Plate 1",
            place="B7",
            seen="3.5",
            message=catalogue()["MG901"].message.replace("{file}", "raw/a.txt"),
            remedy=catalogue()["MG901"].remedy,
        )
    ]


def test_a_count_declines_the_words_that_go_with_it(problems):
    for seen in (1, 2):
        problems.add("MG201", plate="P1", seen=seen, by="the layout", place="A1")
    one, two = (p.message for p in problems)
    assert one.startswith("Plate P1: 1 well was read that is not in the layout: A1. If it holds a sample it is missing")
    assert two.startswith("Plate P1: 2 wells were read that are not in the layout: A1. If they hold samples they are")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_no_message_counts_one_of_many(kind, problems):
    """A fact that is a count of 1 stands before no noun in the plural: 1 wells, 1 plates."""
    facts = placeholders(kind.message) | placeholders(kind.remedy)
    problems.add(kind.code, **{name: golden().get(kind.code, {}).get("facts", {}).get(name, "x") for name in facts})
    (found,) = problems
    many = (
        "wells|plates|images|files|reads|fields|pixels|cells|reps|photographs|donors|experiments|reactions|values|rows"
    )
    assert not re.search(rf"(?<![\d.] )(?<!of )\b1 ({many})\b", found.message + found.remedy)


def test_braces_in_a_labs_own_names_are_left_alone(problems):
    problems.add("MG901", file="{plate} {0}.txt")
    (found,) = problems
    assert "{plate} {0}.txt is not the file" in found.message


def test_order_of_finding_each_once(problems):
    for file in ("b", "a", "b"):
        problems.add("MG901", file=file)
    assert [p.file for p in problems] == ["b", "a"]
    assert len(problems) == 2


def test_problems_found_elsewhere_come_behind_and_once(problems):
    problems.add("MG002", file="b", seen="b")
    others = Problems(problems)
    others.add("MG002", file="a", seen="a")
    problems.extend(others)
    assert [p.file for p in problems] == ["b", "a"]


def test_counts_by_severity(problems):
    problems.add("MG901", file="a")
    assert {s: problems.count(s) for s in SEVERITIES} == {"error": 1, "warning": 0, "notice": 0}


def test_an_unknown_code_is_our_bug(problems):
    with pytest.raises(ContractError, match="MG000"):
        problems.add("MG000")


def test_a_missing_fact_is_our_bug(problems):
    code = next(k.code for k in KINDS if placeholders(k.message) - ALWAYS)
    with pytest.raises(ContractError, match=code):
        problems.add(code)
    assert len(problems) == 0


def test_accepted_errors_of_that_file_become_warnings(problems):
    for file in ("a.txt", "b.txt"):
        problems.add("MG901", file=file)
    accepted = problems.confirmed({"a.txt": ["MG901"]})
    assert [(p.file, p.severity) for p in accepted] == [("a.txt", "warning"), ("b.txt", "error")]
    assert next(iter(accepted)).message.endswith("(accepted by the lab)")
    assert problems.count("error") == 2  # the given list is as it was


@pytest.mark.parametrize("declared", ["images/p1", "images/p1/", "images/p1/*.jpg"])
def test_a_code_accepted_for_an_image_set_is_accepted_for_its_images(problems, declared):
    for file in ("images/p1/a.jpg", "images/p10/a.jpg"):
        problems.add("MG901", file=file)
    assert [p.severity for p in problems.confirmed({declared: ["MG901"]})] == ["warning", "error"]


def test_accepting_one_code_does_not_accept_another(problems):
    problems.add("MG901", file="a.txt")
    assert problems.confirmed({"a.txt": ["MG102"]}).count("error") == 1


# Nearest names ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "known", "close"),
    [
        ("Conditon", ["condition", "donor"], "condition"),
        ("GAPHD", ["RUNX2", "GAPDH"], "GAPDH"),
        ("standard_Unit", ["standard_unit", "dilution"], "standard_unit"),
        ("zzz", ["condition"], ""),
        ("anything", [], ""),
    ],
)
def test_the_nearest_name_keeps_its_own_spelling(name, known, close):
    assert nearest(name, known) == close


def test_a_suggestion_names_the_nearest_or_all():
    assert suggestion("donr", ["donor", "rep"]) == "Did you mean “donor”?"
    assert suggestion("zzz", iter(["donor", "rep"])) == "Known are: donor, rep."
    assert suggestion("zzz", []) == "Known are: none."


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, ""), (1, "A1"), (12, "A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12")],
)
def test_names_up_to_twelve_are_listed(count, text):
    assert listed(f"A{i}" for i in range(1, count + 1)) == text


def test_more_than_twelve_names_are_counted_once_each():
    names = [f"A{i}" for i in range(1, 15)]
    assert listed([*names, *names]).endswith("A11, A12 and 2 more")
