from mgassay import tables
from mgassay.report.methods_qpcr import REFERENCES, qpcr_sentences
from mgassay.report.rows import Tables


def text(experiment, hand, **more):
    made = {**hand.make_tables(), **{n: tables.BY_NAME[n].frame(rows) for n, rows in more.items()}}
    return " ".join(qpcr_sentences(experiment, Tables(made, 0.8, 2.0)))


def quality(*rows):
    return [dict(zip(("gene", "measure", "subject"), r, strict=True)) for r in rows]


def with_references(hand, *names):
    made = hand.make_experiment()
    assays = made.settings.assays
    changed = assays.model_copy(update={"qpcr": assays.qpcr.model_copy(update={"reference_genes": names})})
    object.__setattr__(made, "settings", made.settings.model_copy(update={"assays": changed}))
    return made


def test_nothing_is_said_of_what_was_not_run(hand):
    assert text(hand.make_experiment(), hand, qpcr=[]) == ""


def test_only_what_was_done_is_said(hand):
    plain = text(hand.make_experiment(), hand)
    assert "(Pfaffl 2001)" in plain
    assert "Reactions that did not reach the threshold (1) count as less than the least" in plain
    assert not [
        w for w in ("geNorm", "NormFinder", "calibrators", "Hellemans", "Vandesompele", "outlier") if w in plain
    ]


def test_efficiencies_references_and_calibrators_are_named(hand):
    made = text(
        with_references(hand, "GAPDH", "RPLP0"), hand,
        qpcr_quality=quality(
            ("RUNX2", "efficiency", "series"), ("GAPDH", "efficiency", "assumed"),
            ("BMP2", "efficiency", "curves, not used"),
            ("RUNX2", "efficiency_error", "per Cq"), ("GAPDH", "genorm_m", "candidates"), ("GAPDH", "normfinder", "x"),
            ("GAPDH", "reference_shift", "Mg: b / a"), ("RUNX2", "calibration", "IRC"),
        ),
    )  # fmt: skip
    assert "E was measured on a dilution series for RUNX2; taken as 2, a perfect assay, for GAPDH." in made
    assert (
        "relative to GAPDH, RPLP0, combined as geometric mean of quantities (Vandesompele 2002), on the same plate"
        in made
    )
    assert "geNorm (Vandesompele 2002) and NormFinder (Andersen 2004)" in made
    assert "(bounds declared: 1.5-fold)" in made
    assert "inter-run calibrators (IRC; Hellemans 2007)" in made
    assert all(f"{name} " in made for name in REFERENCES if name not in ("Ruijter", "Tobin", "Hughes"))


def test_curves_and_the_likelihood_are_cited_where_they_were_used(hand):
    effects = [{"readout": "gene:RUNX2", "flag": "undetermined;censored"}]
    curves = quality(("RUNX2", "efficiency", "curves"))
    made = text(hand.make_experiment(), hand, effects=effects, qpcr_quality=curves)
    assert "censored at the bound (Tobin 1958), with donors as random (Hughes 1999)" in made
    assert "(mean of reactions; Ruijter 2009)" in made
