"""The verdict in sentences, each resting on one row of one table.

The effects room decides the facts (grade, identifiable, missing); here they are only rounded and worded. Estimates are
never printed without their interval, and n always counts donors.
"""

import math
from collections.abc import Callable, Iterator

from mgassay.effects.estimators.bounds import is_censored, is_open, negative_flag
from mgassay.effects.shares.knockdown import MESSENGER
from mgassay.effects.verdict.address import key_of
from mgassay.report import labels
from mgassay.report.numbers import NOTHING, count, decimal, interval, level, p_value, percent, with_interval
from mgassay.report.rows import Row, Tables, excludes_zero, is_missing, lies_above, lies_below, n_donors

Sentence = dict[str, str]

RHO_SOURCES = {"mg_intracellular": "intracellular Mg²⁺", "gene:TRPM7": "TRPM7 mRNA"}
SHARE_ORDER = ("intracellular", "intracellular_corrected", "surface", "passive", "extracellular")


def sentence(text: str, table: str, row: Row) -> Sentence:
    """A sentence and the address of the row that it rests on."""
    return {"text": text, "table": f"{table}.csv", "key": key_of(table, row)}


def effect_row(tables: Tables, contrast: str, readout: str, block: str, *, scale: str = "log") -> Row | None:
    """The row a contrast is quoted from: the default method, and the block's own (its T has its own control)."""
    equal = {"contrast": contrast, "readout": readout, "block": block, "scale": scale}
    return next((r for r in tables.primary("effects", **equal) if r["method"] in ("donor_t", "welch")), None)


def share_row(tables: Tables, share: str, readout: str, block: str, *, scale: str = "log") -> Row | None:
    """The row a share is quoted from, by Fieller on donors."""
    return tables.first("shares", share=share, readout=readout, block=block, scale=scale, method="fieller_donor")


def estimate_text(row: Row, word: Callable[[float], str] = decimal) -> str:
    """An estimate with its interval, as every table and figure prints it: `at least 1.20 [0.92, 1.49]` for a bound.

    One that is made of bounds both ways is said to be: `1.20 [0.92, 1.49], of bounds`.
    """
    if is_missing(row["estimate"]):
        return NOTHING
    told = with_interval(row["estimate"], row["ci_low"], row["ci_high"], word)
    return f"{reached(row)}{told}{', of bounds' if is_open(row['flag']) else ''}"


def evidence(letter: str, row: Row, *, unit: str = "donor", over: str = "", fold: bool = False) -> str:
    """A letter with its estimate, interval, p and n: `T = 1.20 [0.92, 1.49] (natural log), p < 0.001, n = 4 donors`.

    A bound is called one. `over` says over what p is adjusted, where it is; `fold` tells the fold change too.
    """
    p = p_value(row["p"])
    log = f"natural log; {fold_text(row)}" if fold and not is_missing(row["ci_low"]) else "natural log"
    found = f"{with_interval(row['estimate'], row['ci_low'], row['ci_high'])} ({log})"
    told = ", ".join([t for t in (found, f"{p} {over}".rstrip() if p else "") if t] + [_counted(row, unit)])
    return f"{letter} {reach(row) or '='} {told}{open_text(row)}"


def _counted(row: Row, unit: str) -> str:
    """The donors, or runs, of a row."""
    return f"n = {count(n_donors(row), unit)}"


def fold_text(row: Row) -> str:
    """An effect on the natural-log scale as the fold by which the readout fell, with its interval; rose, where it did.

    >>> row = {"estimate": 1.2627, "ci_low": 1.1095, "ci_high": 1.4159, "flag": ""}
    >>> fold_text(row), fold_text({**row, "estimate": -0.69315, "ci_low": -1.0, "ci_high": -0.4, "flag": "lower_bound"})
    ('3.53-fold [3.03, 4.12] lower', 'at most 2.00-fold [1.49, 2.72] higher')
    """
    lower = row["estimate"] >= 0
    low, high = (row["ci_low"], row["ci_high"]) if lower else (-row["ci_high"], -row["ci_low"])
    flag = row["flag"] if lower else negative_flag(row["flag"])
    ends = interval(math.exp(low), math.exp(high))
    told = f"{reached({'flag': flag})}{decimal(math.exp(abs(row['estimate'])))}-fold {ends}"
    return f"{told} {'lower' if lower else 'higher'}"


def reach(row: Row) -> str:
    """Which way a bound points, in words before its number; "" for what is none, or is one both ways."""
    told = {"lower_bound": "at least", "upper_bound": "at most"}
    return next((told[f] for f in row["flag"].split(";") if f in told), "")


def reached(row: Row) -> str:
    """The same with a blank behind it."""
    return f"{told} " if (told := reach(row)) else ""


def open_text(row: Row) -> str:
    """That an estimate is made of bounds that pull it both ways; "" else."""
    return " (made of bounds: the truth may lie on either side)" if is_open(row["flag"]) else ""


def is_bound(row: Row) -> bool:
    """Whether an estimate is a bound, or made of bounds: drawn as an open mark."""
    return bool(reach(row)) or is_censored(row["flag"])


def direction(row: Row, thing: str) -> str:
    """What a step did to a readout, claimed only where the interval leaves out 0."""
    if excludes_zero(row):
        return f"lowered {thing}" if row["estimate"] > 0 else f"raised {thing}"
    unknown = is_missing(row["ci_low"]) or is_bound(row)
    return f"was not shown to change {thing}" if unknown else f"had no clear effect on {thing}"


def total_sentences(tables: Tables, readout: str, block: str) -> Iterator[Sentence]:
    """T in words, in natural logarithms, as a fold change and as percent."""
    step = f"{level(tables.mg_reference_mM)} to {level(tables.mg_raised_mM)} mM"
    if total := effect_row(tables, "total", readout, block):
        found = f"{direction(total, labels.readout(readout))}: {evidence('T', total, fold=True)}"
        yield sentence(f"Raising Mg²⁺ from {step} with entry intact {found}.", "effects", total)
    if additive := effect_row(tables, "total", readout, block, scale="additive"):
        found = f"{reached(additive)}{_percent_with_interval(additive)} inhibition{open_text(additive)}"
        yield sentence(f"That is {found}, averaged over the donors' own percentages.", "effects", additive)


def part_sentences(tables: Tables, readout: str, block: str) -> Iterator[Sentence]:
    """What the shares are made of: B, A and T − B, and the block by itself."""
    thing = labels.readout(readout)
    if blocked := effect_row(tables, "blocked", readout, block):
        found = f"{direction(blocked, thing)}: {evidence('B', blocked, fold=True)}"
        yield sentence(f"With entry blocked ({labels.block(block)}) the same step {found}.", "effects", blocked)
    if acellular := effect_row(tables, "acellular", readout, ""):
        found = f"{direction(acellular, thing)}: {evidence('A', acellular, unit='run', fold=True)}"
        yield sentence(f"Without cells it {found}.", "effects", acellular)
    if lost := effect_row(tables, "interaction", readout, block):
        stopped = entry_was_blocked(share_row(tables, "intracellular", readout, block))
        claim = interaction_claim(lost, effect_row(tables, "total", readout, block), stopped=stopped)
        yield sentence(f"{claim}: {evidence('T − B', lost)}.", "effects", lost)
    yield from _block_sentences(tables, readout, block)
    yield from _knock_down_sentences(tables, block)


def entry_was_blocked(share: Row | None) -> bool:
    """Whether a share may be read as entry: false where intracellular Mg2+ shows that the block did not stop it."""
    return share is None or "entry_not_blocked" not in share["flag"].split(";")


def interaction_claim(row: Row, total: Row | None, *, stopped: bool = True) -> str:
    """What T − B shows about entry, never more than its interval does; larger or smaller is meant by the sign of T.

    `stopped`: see `entry_was_blocked`.
    """
    if not excludes_zero(row):
        return "Whether the effect depends on Mg²⁺ entry is not settled"
    if not stopped:
        return "The block changed the effect, but not by stopping Mg²⁺ entry, which went on under it"
    if total is None or not excludes_zero(total):
        return "The step did not do the same with entry intact and with entry blocked"
    same_way = (row["estimate"] > 0) == (total["estimate"] > 0)
    return "Part of the effect depends on Mg²⁺ entry" if same_way else "Blocking Mg²⁺ entry made the effect larger"


def _percent_with_interval(row: Row) -> str:
    """A proportion and its interval in percent."""
    return with_interval(row["estimate"], row["ci_low"], row["ci_high"], percent)


def share_interval(row: Row) -> str:
    """A share's confidence set in words: bounded, two rays, or everything."""
    if row["interval"] == "bounded":
        return interval(row["ci_low"], row["ci_high"], percent)
    if row["interval"] == "two_rays":
        return f"≤ {percent(row['ci_low'])} or ≥ {percent(row['ci_high'])}"
    return "any value"


def allowed_values(row: Row) -> str:
    """What the data allow of a share that is not identifiable; bounds in place of values allow anything."""
    return "any value" if is_open(row["flag"]) else share_interval(row)


def is_identifiable(row: Row) -> bool:
    """Whether the share may be quoted: its set is bounded."""
    return not is_missing(row["identifiable"]) and bool(row["identifiable"])


def share_of_check(row: Row) -> str:
    """A share that a check made again, in percent; without a bounded set, or of bounds both ways, it is no result."""
    return "not identifiable" if is_missing(row["ci_low"]) or is_open(row["flag"]) else estimate_text(row, percent)


def share_sentences(tables: Tables, readout: str, block: str) -> Iterator[Sentence]:
    """Each share of T in natural logarithms, then the intracellular one as percent inhibition."""
    counted = effect_row(tables, "interaction", readout, block) or effect_row(tables, "total", readout, block)
    for name in SHARE_ORDER:
        if row := share_row(tables, name, readout, block):
            n = corrected_donors(tables, row, counted) if name == "intracellular_corrected" else donors_of(counted)
            yield sentence(
                f"{labels.capital(labels.share(name))}{_on_trust(row)}: {share_text(row, n)}.", "shares", row
            )
    if (row := share_row(tables, "intracellular", readout, block, scale="additive")) and is_identifiable(row):
        found = ", ".join(t for t in (estimate_text(row, percent), donors_of(counted)) if t)
        told = f"Counted as percent inhibition instead of in natural logarithms, the intracellular share is {found}."
        yield sentence(told, "shares", row)


def _on_trust(row: Row) -> str:
    """What a share that was corrected by mRNA takes for granted; "" for any other."""
    proxy = row["share"] == "intracellular_corrected" and "proxy_rho" in row["flag"].split(";")
    return " on the condition that TRPM7 mRNA stands for Mg²⁺ entry" if proxy else ""


def donors_of(counted: Row | None) -> str:
    """The donors of a row that counts them, as `n = 4 donors`; "" without one."""
    return "" if counted is None else f"n = {count(n_donors(counted), 'donor')}"


def corrected_donors(tables: Tables, row: Row, counted: Row | None) -> str:
    """The donors of a corrected share: those that have its rho as well, or those of mineral with others for rho.

    `row` is that of SHARES, `counted` that of its T - B, over all donors of mineral; rho.csv counts those of rho.
    """
    question = ("step", "day", "mg_reference_mM", "mg_raised_mM")
    beside = tables.rows("rho", readout=row["readout"], block=row["block"])
    rho = next((r for r in beside if all(r[c] == row[c] for c in question)), None)
    if rho is None:
        return ""
    if "unpaired_rho" not in row["flag"].split(";"):
        return donors_of(rho)
    others = f"{RHO_SOURCES.get(rho['source'], labels.readout(rho['source']))} of {n_donors(rho)} others"
    return ", ".join(t for t in (donors_of(counted), others) if t)


def share_text(row: Row, counted: str) -> str:
    """One share with its interval, or that this experiment does not tell it; `counted` tells its donors."""
    donors = f", {counted}" if counted else ""
    if not is_identifiable(row):
        allowed = f"(the data allow {allowed_values(row)}{donors})"
        return f"not identifiable from this experiment {allowed}; {_why_not(row)}"
    left = f", with {_left_text(row)}" if row["share"] == "intracellular_corrected" else ""
    beyond = lies_below(row, 0) or lies_above(row, 1)
    told = f"{reached(row)}{percent(row['estimate'])} {share_interval(row)} of the total effect{left}{donors}"
    apart = "; another block says otherwise" if "discordant_blocks" in row["flag"].split(";") else ""
    kept = "" if entry_was_blocked(row) else "; entry was not blocked, as intracellular Mg²⁺ shows"
    return f"{told}{f'; {_outside(row)}' if beyond else ''}{kept}{apart}"


def _outside(row: Row) -> str:
    """What a share that is shown to lie outside 0 to 100 % means; above it a corrected one tells of its correction."""
    if row["share"] == "intracellular_corrected" and lies_above(row, 1):
        return "above 100 %, so what the block left of entry does not fit what it left of the effect on mineral"
    return "outside 0 to 100 %, so the parts oppose each other"


def _left_text(row: Row) -> str:
    """The entry left under its block that a share was corrected for, and where that is from."""
    proxy = " by TRPM7 mRNA" if "proxy_rho" in row["flag"].split(";") else ""
    return f"{percent(row['rho'])} of entry left under block{proxy}"


def _why_not(row: Row) -> str:
    """Why a share is not identifiable, and what would make it so."""
    if "few_donors" in row["flag"].split(";"):
        return "an interval takes two donors (or runs) or more"
    if is_open(row["flag"]):
        return "bounds stand for values in it: arms above the detection limit and within the curve would tell"
    step = "Mg²⁺" if row["step"] == "Mg" else row["step"]
    return f"T is too close to 0 for its spread: more donors or a larger effect of {step} would tell"


def _block_sentences(tables: Tables, readout: str, block: str) -> Iterator[Sentence]:
    """What the block does by itself, at reference Mg."""
    if row := effect_row(tables, "block_main", readout, block):
        turned = direction({**row, "estimate": -row["estimate"]}, labels.readout(readout))  # > 0 is more here
        where = f"{labels.block(block)} by itself, at {level(tables.mg_reference_mM)} mM Mg²⁺,"
        yield sentence(f"{where} {turned}: {evidence('effect', row)} (> 0 is more).", "effects", row)


def _knock_down_sentences(tables: Tables, block: str) -> Iterator[Sentence]:
    """What the block left of TRPM7 mRNA at reference Mg, unless rho by mRNA tells it over both levels (rho_words)."""
    row = effect_row(tables, "block_main", MESSENGER, block)
    if row is None or tables.rows("rho", block=block, source=MESSENGER, step="Mg", day=row["day"], readout=""):
        return
    ends = {c: math.exp(row[c]) for c in ("estimate", "ci_low", "ci_high")}
    told = "lowered TRPM7 mRNA to" if lies_below(row, 0) else "left TRPM7 mRNA at"
    left = f"{estimate_text({**row, **ends}, percent)} of its control at {level(tables.mg_reference_mM)} mM Mg²⁺"
    counted = ", ".join(p for p in (p_value(row["p"]), donors_of(row)) if p)
    yield sentence(f"{labels.block(block)} {told} {left}, {counted}.", "effects", row)
