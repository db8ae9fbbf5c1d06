import dataclasses

from mgassay.experiment import Settings
from mgassay.report.methods import methods_text
from mgassay.report.methods_questions import question_sentences
from mgassay.report.rows import tables_of

ANGII = {"name": "AngII", "column": "modulator", "reference": "none", "raised": "AngII"}


def asked(hand):
    given = hand.every_question()
    settings = {**given.experiment.settings.model_dump(exclude_unset=True), "step": [ANGII]}
    return dataclasses.replace(given.experiment, settings=Settings.model_validate(settings)), given.tables


def test_every_further_question_is_told(hand):
    experiment, made = asked(hand)
    told = " ".join(question_sentences(experiment, tables_of(experiment, made)))
    assert "Effects of 1.4, 2 mM Mg²⁺ were compared with the reference level by t over donors with Bonferroni's" in told
    assert "harvested more than once (day 7; day 14); every contrast was made per day, day 14 is primary" in told
    assert "AngII (modulator none to AngII) was asked as a step of its own" in told
    for word in ("Mg²⁺ raised late", "Residual Mg²⁺ entry", "TRPM7 mRNA left", "(1 − ρ)·T", "Anderson–Rubin"):
        assert word in told


def test_what_is_cited_is_listed(hand):
    body, _, listed = methods_text(*asked(hand), {}).partition("References\n")
    for name in ("Anderson", "Dunnett", "Fieller"):
        assert f"({name} 19" in body
        assert [line for line in listed.splitlines() if line.startswith(name)]


def test_nothing_is_told_where_only_the_declared_question_was_asked(hand):
    experiment = hand.make_experiment()
    assert list(question_sentences(experiment, tables_of(experiment, hand.make_tables()))) == []
    assert list(question_sentences(experiment, tables_of(experiment, {}))) == []
