import csv
import io

from mgassay.problems import Problems
from mgassay.readers.miqe_items import MiqeDocument, miqe_documents
from mgassay.report.exports.files import facts_of
from mgassay.report.exports.miqe import FILLED, LAB, LOOKED_UP, NOT_APPLICABLE, checklist, miqe_csv, miqe_pieces

ITEM = {"section": "S", "text": "T"}


def document(*items, **more):
    given = {"document": "M", "title": "t", "address": "", "verified": True, "read_in": "r", **more}
    return MiqeDocument.model_validate({**given, "item": [{**ITEM, **i} for i in items]})


def facts(pcr, **parts):
    return facts_of(pcr.make_experiment(), pcr.make_parts(**parts), {"versions": {"mgassay": "0.1.0"}})


def test_every_item_of_the_documents_can_be_looked_up_and_every_look_up_is_asked_for():
    asked = {i.found_by for d in miqe_documents() for i in d.item if i.found_by}
    assert asked == set(LOOKED_UP)


def test_a_state_says_who_can_tell_the_item(pcr):
    items = [
        {"found_by": "cells"}, {"found_by": "cells", "lab": "Source."}, {"lab": "Kit."},
        {"not_applicable": "Cultured cells."}, {"found_by": "multiplex", "lab": "LOD."},
        {"found_by": "series_r2", "without": "Run a series."},
    ]  # fmt: skip
    found = checklist([document(*items)], facts(pcr))
    assert [(c.state, c.value, c.lab) for c in found] == [
        (FILLED, "human VSMC", ""), (LAB, "human VSMC", "Source."), (LAB, "", "Kit."),
        (NOT_APPLICABLE, "Cultured cells.", ""), (NOT_APPLICABLE, "No well holds more than one target.", ""),
        (LAB, "", "Run a series."),
    ]  # fmt: skip
    assert found[0].source == "experiment.toml [experiment] cells"


def test_an_item_of_a_document_that_could_not_be_read_is_not_verified(pcr):
    unread = document({"lab": "x"}, verified=False, read_in="", why="it is behind a wall")
    (item,) = checklist([unread], facts(pcr))
    assert not item.verified
    told = [p.text for p in miqe_pieces([unread], facts(pcr)) if p.kind == "prose"]
    assert "Not verified: M: it is behind a wall." in told


def test_the_file_is_plain_csv_in_which_nothing_is_a_formula(pcr):
    problems = Problems()
    made = pcr.make_experiment()
    about = made.settings.experiment.model_copy(update={"cells": '=HYPERLINK("x", "y")'})
    object.__setattr__(made, "settings", made.settings.model_copy(update={"experiment": about}))
    given = facts_of(made, pcr.make_parts(), {})
    text = miqe_csv(checklist([document({"found_by": "cells"})], given), "m.csv", problems)
    head, row = csv.reader(io.StringIO(text))
    assert head[:5] == ["document", "section", "item", "importance", "state"]
    assert row[4:6] == ["filled here", '\'=HYPERLINK("x", "y")']
    assert [p.code for p in problems] == ["MG573"]


def test_the_page_counts_items_and_calls_no_limit_miqes(pcr):
    pieces = miqe_pieces(miqe_documents(), facts(pcr))
    total = sum(len(d.item) for d in miqe_documents())
    assert sum(len(p.listing.rows) for p in pieces if p.kind == "folded") == total
    assert "are settings, not MIQE's" in pieces[0].text
    every = " ".join(i.text + i.lab + i.without for d in miqe_documents() for i in d.item)
    assert not [limit for limit in ("90", "110 %", "0.98", "0.99", "3.1") if limit in every]


def test_without_its_items_the_page_says_so(pcr):
    (told,) = miqe_pieces([], facts(pcr))
    assert "which this installation lacks" in told.text
