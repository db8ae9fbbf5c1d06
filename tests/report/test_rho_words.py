import math

from mgassay import tables
from mgassay.report.numbers import NO_BREAK
from mgassay.report.rho_words import rho_sentences
from mgassay.report.rows import Tables

ROW = {"block": "siTRPM7", "step": "Mg", "source": "mg_intracellular", "mg_reference_mM": 0.8, "mg_raised_mM": 2.0,
       "rho": 0.26, "ci_low": 0.1, "ci_high": 0.41, "interval": "bounded", "n_donors": 4}  # fmt: skip


def told(*rows):
    found = rho_sentences(Tables({"rho": tables.RHO.frame(rows)}, 0.8, 2.0), "siTRPM7")
    return [s["text"].replace(NO_BREAK, " ") for s in found]


def test_what_was_left_of_entry_with_its_source():
    assert told(ROW) == ["siTRPM7 left 26 % [10 %, 41 %] of Mg²⁺ entry, as intracellular Mg²⁺ shows, n = 4 donors."]
    (proxy,) = told({**ROW, "source": "gene:TRPM7", "flag": "proxy_rho"})
    assert "if TRPM7 mRNA (mean over the levels of Mg²⁺) stands for it" in proxy
    (bound,) = told({**ROW, "flag": "floor;upper_bound"})
    assert "left at most 26 % [10 %, 41 %]" in bound
    (either,) = told({**ROW, "flag": "floor"})
    assert "26 % [10 %, 41 %] of Mg²⁺ entry (made of bounds: the truth may lie on either side), as" in either


def test_a_rho_without_bounds_is_no_number():
    (open_set,) = told({**ROW, "interval": "unbounded", "ci_low": math.nan, "ci_high": math.nan})
    assert "do not bound" in open_set
    assert "%" not in open_set


def test_other_questions_blocks_and_readouts_are_not_told_here():
    others = ({"mg_raised_mM": 1.4}, {"step": "AngII"}, {"block": "2-APB"}, {"readout": "calcium"}, {"day": "7"})
    assert told(*({**ROW, **other} for other in others)) == []
