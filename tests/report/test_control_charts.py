import re
from xml.etree import ElementTree

import pytest

from mgassay import tables
from mgassay.assays.quality.control_chart import control_chart
from mgassay.report import control_charts
from mgassay.report.index import index_page
from mgassay.report.pieces import Beside, Prose


def plates(n, odd=(), measure="blank_signal", assay="calcium", subject="575 nm, standards to 120 ug/mL", unit="OD"):
    """SUMMARY_PLATES of a series of n plates that goes 0.060, 0.062 in turn; the odd ones are half as high again."""
    values = [0.06 + 0.002 * (i % 2) for i in range(n)]
    made = {
        f"e{i:04d}": tables.PLATE_QUALITY.frame(
            [{"assay": assay, "plate": f"{assay}_{i}", "measure": measure, "subject": subject, "unit": unit,
              "estimate": v * (1.5 if i in odd else 1)}]
        )
        for i, v in enumerate(values)
    }  # fmt: skip
    return control_chart(made)


def drawings(table):
    prose, beside, *rest = control_charts.control_pieces(table, {})
    assert isinstance(prose, Prose)
    assert isinstance(beside, Beside)
    return beside.drawings, rest


def test_a_series_is_drawn_with_its_marks_in_a_table():
    ((chart,), rest) = drawings(plates(20, odd=(4, 11)))
    assert chart.title == "Calcium: blank"
    assert chart.caption.startswith("575 nm, standards to 120 µg/mL. 2 of 20 plates marked. Centre 0.0610, limits")
    assert chart.listing.rows == (
        ("e0004", "calcium_4", "5", "0.0900", "beyond a limit (1‑3s)"),
        ("e0011", "calcium_11", "12", "0.0930", "beyond a limit (1‑3s)"),
    )
    assert chart.listing.links == ("e0004/report.html#plates", "e0011/report.html#plates")
    assert chart.folded
    assert 'aria-label="Calcium: blank, 575 nm, standards to 120 µg/mL: 2 of 20 plates marked."' in chart.svg
    assert rest == []


def test_every_plate_is_a_link_to_its_experiments_report():
    ((chart,), _) = drawings(plates(9, odd=(4,)))
    root = ElementTree.fromstring(chart.svg)
    assert root.get("role") == "group"  # what is one image to a screen reader may hold no links
    links = {a.get("href"): a.find("title").text for a in root.iter("a")}
    assert set(links) == {f"e{i:04d}/report.html#plates" for i in range(9)}
    assert links["e0004/report.html#plates"] == "e0004, calcium_4, 0.0900, beyond a limit (1‑3s)"
    assert links["e0001/report.html#plates"] == "e0001, calcium_1, 0.0620"


def test_it_says_by_what_plates_are_ordered():
    table, dates = plates(8), {f"e{i:04d}": f"2026-03-{i + 1:02d}" for i in range(8)}
    assert control_charts.order_text(table, dates) == "Plates in the order of the days of harvest."
    told = control_charts.order_text(table, {**dates, "e0003": "", "other": ""})
    assert "order of the experiments' names" in told
    assert "1 of 8 experiments have no date" in told
    assert control_charts.control_pieces(table, dates)[0].text.startswith("Plates in the order of the days of harvest.")


def test_series_with_marks_come_first():
    quiet, marked = plates(9), plates(12, odd=(5,), measure="slope", unit="OD per ug/mL")
    (first, second), _ = drawings(tables.SUMMARY_PLATES.frame([*rows(quiet), *rows(marked)]))
    assert [first.title, second.title] == ["Calcium: mean slope", "Calcium: blank"]
    assert len(second.listing.rows) == 9  # none is marked, so all are listed


def rows(table):
    return table.to_dict("records")


def test_short_series_are_not_drawn():
    assert control_charts.control_pieces(plates(7), {}) == []
    assert control_charts.control_pieces(tables.SUMMARY_PLATES.frame(), {}) == []
    assert "Plates beside each other" not in index_page(tables.SUMMARY.frame(), None, plates(7))


def test_long_series_stay_small_and_say_what_is_drawn():
    ((chart,), _) = drawings(plates(3000, odd=range(0, 3000, 2)))
    assert "The last 100 are drawn." in chart.caption
    assert len(chart.svg) < 60_000
    assert len(chart.listing.rows) <= 100


def test_no_more_than_so_many_series_are_drawn():
    many = [r for k in range(control_charts.MOST_CHARTS + 2) for r in rows(plates(8, subject=f"{400 + k} nm"))]
    made, rest = drawings(tables.SUMMARY_PLATES.frame(many))
    assert len(made) == control_charts.MOST_CHARTS
    assert rest[0].text == "2 further series in summary_plates.csv."


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "$x_1$"])
def test_labels_are_inert(name):
    page = index_page(tables.SUMMARY.frame(), None, plates(8, subject=name))
    assert page.count("<script") == 1  # our own
    assert "summary_plates.csv" in page


def test_the_same_data_give_the_same_bytes():
    page = [index_page(tables.SUMMARY.frame(), None, plates(12, odd=(3,))) for _ in range(2)]
    assert page[0] == page[1]
    assert len(re.findall("<svg", page[0])) == 1


def test_z_prime_is_drawn_with_what_screens_ask_for_and_r2_with_four_decimals():
    """0.060 and 0.062 in turn lack 0.94 and 0.938: about 0.061 for both; the measure's words differ."""
    ((chart,), _) = drawings(plates(9, measure="z_prime", subject="top standard / blank", unit="1"))
    assert chart.title == "Calcium: Z′"
    assert chart.caption.startswith("Top standard and blank. 0 of 9 plates marked. Centre 0.06, limits ")
    assert chart.caption.endswith("Dotted: 0.5, what screens of many plates ask for.")
    assert 'stroke-dasharray="1 3"' in chart.svg
    ((chart,), _) = drawings(plates(9, measure="r2_means", unit="1"))
    assert chart.title == "Calcium: R² of the standards' means"
    assert "Centre 0.0609, limits " in chart.caption
    assert chart.listing.rows[1][3] == "0.0620"
    assert 'stroke-dasharray="1 3"' not in chart.svg
    assert ">1</text>" not in chart.svg.split("plate")[0]  # a number of no unit is not called 1


def test_r2_of_plates_that_are_all_nines_can_be_told_apart():
    """Of five that lack 2e-5 and four that lack 4e-5 the geometric mean is 2e-5 * 2^(4/9), limits that times 2^±2.66.

    With four decimals each of them, and both limits, read alike.
    """
    rows = [
        {"assay": "calcium", "plate": f"p{i}", "measure": "r2_means", "unit": "1", "estimate": 1 - (1 + i % 2) * 2e-5}
        for i in range(9)
    ]
    ((chart,), _) = drawings(control_chart({"e": tables.PLATE_QUALITY.frame(rows)}))
    assert "Centre 0.999973, limits 0.99983 to 0.9999957." in chart.caption
    assert [r[3] for r in chart.listing.rows[:2]] == ["0.999980", "0.999960"]
