from mgassay.report.methods import REFERENCES, methods_text
from mgassay.report.methods_plates import REFERENCES as PLATES
from mgassay.report.methods_qpcr import REFERENCES as QPCR


def test_the_paragraph_says_what_was_done_to_these_data(hand):
    text = methods_text(hand.make_experiment(), hand.make_tables(), {"mgassay": "0.1.0", "numpy": "2.4"})
    assert "Human aortic VSMC were kept in calcifying medium, and Mg²⁺ was raised from 0.8 to 2 mM." in text
    assert "n = 4 donors: D1, D2, D3, D4" in text
    assert "1 plate: quadratic, weighting 1/x" in text
    assert "mgassay 0.1.0 (numpy 2.4)" in text


def test_what_was_not_done_is_not_claimed(hand):
    empty = {name: table.iloc[:0] for name, table in hand.make_tables().items()}
    text = methods_text(hand.make_experiment(), empty, {})
    assert not [w for w in ("Calcium", "Alizarin", "Fieller", "Holm", "References", "n =") if w in text]


def test_exactly_what_is_cited_is_listed(hand):
    power = {"plate": "CA1", "assay": "calcium", "measure": "sd_power", "subject": "none", "estimate": 0.1, "n": 7}
    made = hand.with_rows("plate_quality", [power])
    body, _, listed = methods_text(hand.make_experiment(), made, {}).partition("References\n")
    known = sorted({**REFERENCES, **PLATES, **QPCR}.items(), key=lambda entry: entry[0].lower())
    cited = [full for name, full in known if f"{name} 1" in body or f"{name} 2" in body]
    assert listed.splitlines() == cited
    assert len(cited) == len(REFERENCES) + 2  # and Rocke, where the SD of replicates grows, and Pfaffl


def test_a_background_is_subtracted_only_where_it_was_run(hand):
    made = hand.make_tables()
    means = made["means"]
    told = "own wells in control medium (no phosphate added) was subtracted from mineral readouts and wells"
    assert told in methods_text(hand.make_experiment(), made, {})
    none = {**made, "means": means.assign(flag="no_background").astype({"flag": "str"})}
    assert "was subtracted" not in methods_text(hand.make_experiment(), none, {})
    some = means.assign(flag=["no_background", *[""] * (len(means) - 1)]).astype({"flag": "str"})
    assert "mineral readouts where they were run and" in methods_text(
        hand.make_experiment(), {**made, "means": some}, {}
    )
