"""Numbers in prose equal the tables: every sentence of the demo's own verdict, each number held to its own column.

And that this bites: ends that change places, another p, an n or an estimate of another contrast are all found out.
"""

import html
import re

import pytest
from tests.report.told_numbers import ESTIMATE, faults

from mgassay import store, tables
from mgassay.report.headline import told

pytestmark = pytest.mark.xdist_group("demo")  # one run of the demo serves them all
N_OF = re.compile(r"n = (\d+)")


@pytest.fixture(scope="module")
def results(demo_lab):
    return demo_lab.results / "mg-trpm7-demo"


@pytest.fixture(scope="module")
def verdict(results):
    return store.read_json(results / "verdict.json")


@pytest.fixture(scope="module")
def held(results):
    return {state.name: store.read_table(results / "tables", state) for state in tables.RESULT_TABLES}


def plain(text):
    return re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]+>", "", text)).replace("\N{NO-BREAK SPACE}", " "))


def changed(sentence, pattern, by):
    """The sentence with the first match of a pattern written as `by` makes it."""
    text = sentence["text"].replace("\N{NO-BREAK SPACE}", " ")
    return {**sentence, "text": re.sub(pattern, by, text, count=1)}


def with_estimate(sentences):
    return [s for s in sentences if re.search(ESTIMATE, s["text"].replace("\N{NO-BREAK SPACE}", " "))]


def test_every_number_of_every_sentence_is_that_of_its_place(verdict, held):
    assert len(verdict["sentences"]) >= 20
    assert [fault for sentence in verdict["sentences"] for fault in faults(sentence, held)] == []


def test_the_page_says_the_same_sentences(verdict, results):
    page = plain((results / "report.html").read_text())
    assert [s["text"] for s in verdict["sentences"] if plain(s["text"]) not in page] == []


def test_ends_that_change_places_are_found_out(verdict, held):
    told_so = with_estimate(verdict["sentences"])
    assert len(told_so) >= 15
    for sentence in told_so:
        swapped = changed(sentence, r"\[([^,\]]+), ([^\]]+)\]", r"[\2, \1]")
        assert faults(swapped, held), swapped["text"]


def test_an_end_for_the_estimate_is_found_out(verdict, held):
    for sentence in with_estimate(verdict["sentences"]):
        wrong = changed(sentence, r"(−?[\d.]+)( %|-fold)? \[(−?[\d.]+)", r"\3\2 [\3")
        assert faults(wrong, held), wrong["text"]


def test_another_n_and_another_p_are_found_out(verdict, held):
    counted = [s for s in verdict["sentences"] if N_OF.search(s["text"])]
    assert len(counted) >= 15
    for sentence in counted:
        assert faults(changed(sentence, N_OF, lambda m: f"n = {int(m[1]) + 1}"), held), sentence["text"]
    judged = [s for s in verdict["sentences"] if re.search(r"p [=<>] ", s["text"])]
    assert len(judged) >= 10
    for sentence in judged:
        assert faults(changed(sentence, r"p [=<>] [\d.]+", "p = 0.777"), held), sentence["text"]


def test_n_is_that_of_the_own_contrast(verdict, held, results):
    """All arms of the demo have four donors: here every row counts another number, and each sentence has to follow."""
    counts = {
        name: held[name].assign(n_donors=[100.0 * i + at for at in range(len(held[name]))])
        for i, name in enumerate(("effects", "rho", "genes", "equivalence"), start=1)
    }
    experiment = store.read_experiment(results / "parts" / "experiment.json")
    sentences = told(verdict, {**held, **counts}, experiment)
    assert [fault for s in sentences for fault in faults(s, {**held, **counts})] == []
    assert len({n for s in sentences for n in N_OF.findall(s["text"])}) >= 12
    assert all(faults(s, held) for s in sentences if N_OF.search(s["text"]))
