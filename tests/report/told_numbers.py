"""Holds every number of a sentence to its place in the row that it names: which is which, and which way round.

A number that merely occurs somewhere in the row is no proof: an interval printed with its ends swapped, a p for an
estimate, the n of another contrast would all pass. Here each form in which the report prints numbers is taken out of
the sentence and held to its own columns; a digit that is left over is of no known form, and is a fault as well.
"""

import math
import re

from mgassay.effects.verdict.address import key_of

QUESTION = ("readout", "block", "step", "day", "mg_reference_mM", "mg_raised_mM")
N = r"−?\d+(?:\.\d+)?"
NAMES = r"log2|\b[A-Za-z]+\d\w*|\b2-APB"  # digits that are part of a name
ESTIMATE = re.compile(rf"({N})(?P<unit> %|-fold)? \[({N})(?: %)?, ({N})(?: %)?\](?=(?P<after>[^\[]*))")


def number(text):
    return float(text.replace("−", "-"))


def is_rounded(text, value):
    """Whether a value is printed as `text`, to the decimals that it has; an end near 0 keeps one digit of its own."""
    return abs(number(text) - value) <= 0.5 * 10.0 ** -len(text.partition(".")[2]) + 1e-9


def faults(sentence, tables):
    """What is wrong in a sentence of verdict.json (text, table, key, key_beside), by its tables; [] for nothing."""
    name = sentence["table"].removesuffix(".csv")
    rows = {key_of(name, r): r for r in tables[name].to_dict("records")}
    keys = [sentence["key"], *([sentence["key_beside"]] if "key_beside" in sentence else [])]
    if not set(keys) <= set(rows):
        return [f"no such row of {name}: {keys}"]
    own = [rows[key] for key in keys]
    text = sentence["text"].replace("\N{NO-BREAK SPACE}", " ")
    found, text = _checked(text, _forms(name, own[0], tables))
    wrong, text = _estimates(text, name, own)
    left = re.findall(r"\S*\d\S*", re.sub(NAMES, "", text))
    return [*found, *wrong, *(f"{one!r} is of no known form: {text}" for one in left)]


def _checked(text, forms):
    """Faults of every form that occurs, and the text without them."""
    found = []
    for pattern, expected in forms:
        for match in re.finditer(pattern, text):
            values = expected()
            if len(values) != len(match.groups()) or not all(map(is_rounded, match.groups(), values)):
                found.append(f"{match.group()!r} is not {values}: {text}")
        text = re.sub(pattern, "", text)
    return found, text


def _forms(name, row, tables):
    """The forms in which a sentence prints numbers other than estimates, with the columns that they have to be of."""
    yield rf"n = ({N}) (?:donor|run)s?", lambda: (counted(row, tables),)
    for over, column in ((" over (?:genes|levels)", "p_adjusted"), ("", "p")):
        yield rf"p = ({N}){over}", lambda c=column: (row[c],)
        yield rf"p < (0\.001){over}", lambda c=column: (0.001 if row[c] < 0.001 else row[c],)
        yield rf"p > (0\.99){over}", lambda c=column: (0.99 if row[c] > 0.99 else row[c],)
    yield rf"from ({N}) to ({N}) mM", lambda: (row["mg_reference_mM"], row["mg_raised_mM"])
    yield rf"at ({N}) mM", lambda: (row["mg_reference_mM"],)
    yield rf"with ({N}) % of entry left under block", lambda: (100 * row["rho"],)
    yield rf"tipping point ({N})-fold", lambda: (2 ** abs(row["tipping_point"]),)
    for words in (rf"instead of \[({N}) %, ({N}) %\]", rf"interval before \(({N}) % to ({N}) %\)"):
        yield words, lambda: (100 * row["bound_low"], 100 * row["bound_high"])
    yield rf"declared bounds ({N}) to ({N})", lambda: (row["bound_low"], row["bound_high"])
    for words in (rf"({N}) donors? should do", rf"would take ({N}) donors?"):
        yield words, lambda: (row["donors_needed"],)
    yield rf"within ({N})-fold", lambda: (row["fold"],)
    yield rf"allow ≤ ({N}) % or ≥ ({N}) %", lambda: (100 * row["ci_low"], 100 * row["ci_high"])
    yield r"\((90) % interval\)", lambda: (90.0,)
    yield r"outside (0) to (100) %", lambda: (0.0, 100.0)
    for words in (r"> (0) is more", r"T is too close to (0)"):
        yield words, lambda: (0.0,)


def _estimates(text, name, own):
    """Faults of every estimate with its interval, and the text without them.

    That counted as percent inhibition beside another belongs to the second row.
    """
    found = []
    for match in re.finditer(ESTIMATE, text):
        row = own[-1] if match["after"].startswith(" counted as percent inhibition") else own[0]
        expected = _printed(match, text, name, row)
        if not all(map(is_rounded, match.group(1, 3, 4), expected)):
            found.append(f"{match.group()!r} is not {expected}: {text}")
    return found, re.sub(ESTIMATE, "", text)


def _printed(match, text, name, row):
    """The three numbers that a row has to be printed as: themselves, percent, folds, or what its sign turns round."""
    ends = (row["rho" if name == "rho" else "estimate"], row["ci_low"], row["ci_high"])
    turned = (-ends[0], -ends[2], -ends[1])
    if match["unit"] == "-fold":
        return [math.exp(v) for v in (turned if match["after"].startswith(" higher") else ends)]
    if "of its control" in text:
        return [100 * math.exp(v) for v in ends]
    if "made its protection larger" in text:
        return [100 * v for v in turned]
    return [(100 if match["unit"] else 1) * v for v in ends]


def counted(row, tables):
    """The donors that a sentence counts: of its own row; shares those of T - B, or of rho where corrected by it."""
    if "n_donors" in row:
        return float(row["n_donors"])
    if row.get("share") == "intracellular_corrected":
        return _donors(tables["rho"], row)
    effects = tables["effects"]
    effects = effects[(effects["scale"] == "log") & (effects["method"] == "donor_t")]
    parts = [effects[effects["contrast"] == contrast] for contrast in ("interaction", "total")]
    return next((n for part in parts if not math.isnan(n := _donors(part, row))), math.nan)


def _donors(table, row):
    """n of the only row of the same question; NaN without one."""
    same = [r for r in table.to_dict("records") if all(r[c] == row[c] for c in QUESTION)]
    return float(same[0]["n_donors"]) if len(same) == 1 else math.nan
