"""The head of the page: what is seen at once, and what is opened."""

from mgassay.report.answers import answers
from mgassay.report.rows import tables_of
from mgassay.report.verdict_box import verdict_box


def box_of(given):
    return verdict_box(given, tables_of(given.experiment, given.tables))


def test_no_sentence_is_lost_and_none_stands_twice(hand):
    given = hand.make_input()
    shown = {a.question: [*([a.first] if a.first else []), *a.others] for a in box_of(given).answers}
    assert shown == answers(given.verdict, given.tables, given.experiment)


def test_each_question_leads_with_one_sentence_but_genes_with_none(hand):
    led = {a.question: a.first for a in box_of(hand.make_input()).answers}
    assert led.pop("Genes") is None
    assert all(led.values())


def test_the_bar_of_the_readout_stands_in_the_box_without_its_table(hand):
    bar = box_of(hand.make_input()).bar
    assert bar.title == "Calcium per well, siTRPM7"
    assert bar.listing is None


def test_without_shares_there_is_no_bar_and_without_a_grade_no_box(hand):
    assert box_of(hand.make_input(tables=hand.with_rows("shares", []))).bar is None
    assert box_of(hand.make_input(verdict={"experiment": "x", "grade": None})) is None
