"""Every sentence of the verdict under its question."""

from mgassay.report.answers import answers, sentences


def test_every_sentence_stands_under_its_question(hand):
    given = hand.make_input()
    asked = answers(given.verdict, given.tables, given.experiment)
    flat = sentences(given.verdict, given.tables, given.experiment)
    assert [one for found in asked.values() for one in found] == flat
    assert all(asked.values())
    assert all(s["table"] == "genes.csv" for s in asked["Genes"])
    assert all(s["table"] == "shares.csv" for s in asked["How that effect divides"])
    assert len(asked["What raising Mg²⁺ did"]) == 2


def test_without_a_readout_there_is_nothing_to_say(hand):
    given = hand.make_input()
    assert sentences({"experiment": "x", "grade": None}, given.tables, given.experiment) == []
    assert sentences(given.verdict, {}, given.experiment) == []
