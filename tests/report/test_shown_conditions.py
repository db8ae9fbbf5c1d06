import dataclasses
import re

import pytest

from mgassay import tables
from mgassay.report.page import report_page
from mgassay.report.shown_conditions import as_shown, in_order, names_shown, renamed

LABELS = {"ca_mg08": "Pi, Mg 0.8", "ca_mg20": "Pi, Mg 2.0"}


def labelled(hand, labels, order=None):
    """The experiment by hand with labels and places for some of its conditions."""
    given = hand.make_input()
    rows = given.experiment.conditions
    changed = rows.assign(
        label=rows["condition"].map(lambda c: labels.get(c, "")),
        order=rows["condition"].map(lambda c: (order or {}).get(c)).astype("Int64"),
    )
    return dataclasses.replace(given, experiment=dataclasses.replace(given.experiment, conditions=changed))


def test_conditions_stand_by_order_then_as_in_the_file(hand):
    experiment = labelled(hand, {}, {"si_mg20": 1, "ca_mg20": 2}).experiment
    assert in_order(experiment)[:4] == ("si_mg20", "ca_mg20", "control", "ca_mg08")


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        (LABELS, LABELS),
        ({"ca_mg08": "Pi", "ca_mg20": "Pi"}, {"ca_mg08": "Pi (ca_mg08)", "ca_mg20": "Pi (ca_mg20)"}),
        ({"ca_mg08": "control"}, {"ca_mg08": "control (ca_mg08)"}),  # another condition's own name
        ({"ca_mg08": "ca_mg08"}, {}),
    ],
)
def test_a_label_that_means_two_conditions_bears_the_id(hand, labels, shown):
    assert names_shown(labelled(hand, labels).experiment) == shown


def test_without_labels_nothing_is_another(hand):
    given = hand.make_input()
    assert as_shown(given) is given


def test_subjects_of_treatments_are_renamed_and_others_are_not():
    rows = tables.QPCR_QUALITY.frame([{"subject": "Mg: ca_mg20 / ca_mg08"}, {"subject": "reference: GAPDH, RPLP0"}])
    told = list(renamed(rows, LABELS)["subject"])
    assert told == ["Mg: Pi, Mg 2.0 / Pi, Mg 0.8", "reference: GAPDH, RPLP0"]


def test_the_page_calls_conditions_by_their_labels_and_says_which_is_which(hand):
    plain, page = report_page(labelled(hand, {})), report_page(labelled(hand, LABELS))
    assert "ca_mg20" in plain
    text = re.sub(r"<[^>]+>", " ", page)
    assert "Pi, Mg 2.0" in page
    assert len(re.findall(r"(?<!images/)\bca_mg20\b", text)) == 1  # beside its label, in the list of names
    assert re.search(r"Pi, Mg 2\.0\s+ca_mg20", text)


def test_figures_have_conditions_in_the_order_that_was_asked_for(hand):
    order = {"ca_mg20": 1, "ca_mg08": 2}
    (drawn,) = re.findall(r"<svg[^>]*everything measured.*?</svg>", report_page(labelled(hand, {}, order)), re.DOTALL)[
        :1
    ]
    assert 0 < drawn.index(">ca_mg20<") < drawn.index(">ca_mg08<")


def test_what_turns_a_text_around_is_written_out(hand):
    page = report_page(labelled(hand, {"ca_mg08": "safe\u202eevil", "ca_mg20": "bell\x07"}))
    assert "\u202e" not in page
    assert "\x07" not in page
    assert "safe\\u202eevil" in page
    assert "bell\\x07" in page
