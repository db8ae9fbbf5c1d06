from mgassay.report.flaws import flaw_pieces, problem_counts, problems_listing
from mgassay.report.rows import Tables


def test_nothing_excluded_is_said(held):
    assert flaw_pieces(held, with_errors=True)[0].text == "0 wells excluded."


def test_exclusions_name_rule_and_who(hand):
    row = {"assay": "calcium", "plate": "P1", "well": "C3", "donor": "D1", "rule": "lab", "value": 0.5, "by": "lab"}
    said, listing = flaw_pieces(Tables(hand.with_rows("exclusions", [row]), 0.8, 2.0), with_errors=True)[:2]
    assert said.text == "1 well excluded."
    assert listing.rows == (("Calcium", "P1", "C3", "D1", "lab", "0.500", "lab"),)


def test_problems_come_worst_first(hand):
    problems = Tables(hand.broken().tables, 0.8, 2.0).rows("problems")
    assert problem_counts(problems) == "1 error, 0 warnings, 1 notice"
    assert [r[1] for r in problems_listing(problems, "all").rows] == ["error", "notice"]


def test_flags_are_counted_by_table(held):
    pieces = flaw_pieces(held, with_errors=True)
    flags = next(p.listing for p in pieces if p.kind == "folded" and p.listing.caption.startswith("Flags: "))
    assert "Flagged: 1 of 36 amounts, 0 of 2 images, 1 of 4 Cq." in [getattr(p, "text", "") for p in pieces]
    assert ("below_loq", "below the limit of quantification", "amounts.csv", "1") in flags.rows
    assert flaw_pieces(Tables({}, 0.8, 2.0), with_errors=True)[1].text == "No value is flagged."


def test_notices_are_folded_and_warnings_are_not(hand):
    rows = [{"code": f"MG{i}", "severity": s, "message": s} for i, s in enumerate(("notice", "warning", "notice"))]
    pieces = flaw_pieces(Tables(hand.with_rows("problems", rows), 0.8, 2.0), with_errors=False)
    seen = next(p for p in pieces if p.kind == "listing" and p.caption == "Problems")
    kept = next(p.listing for p in pieces if p.kind == "folded" and p.listing.caption.startswith("Notices"))
    assert [[r[1] for r in listing.rows] for listing in (seen, kept)] == [["warning"], ["notice", "notice"]]
