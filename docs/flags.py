"""Writes docs/flags.md: every flag of a row and what it means, from the list in the code (`make pages`)."""

import re
from pathlib import Path

from mgassay import flags

PAGE = Path(__file__).with_suffix(".md")
HEAD = """\
# Flags: what a row of a table may carry

Written by `docs/flags.py` from `src/mgassay/flags.py`. Flags stand in the column `flag`, joined by `;`. They never
change a number; they say what to keep in mind with it. A flag of a well travels on to every effect and share that
rests on the well where it matters there.

| flag | means |
|---|---|
"""
# Flags whose name says it in the code, in the words of the bench.
PLAIN = {
    "below_lod": "below the limit of detection of its plate's curve",
    "below_loq": "below the limit of quantification: it is there, and how much is uncertain",
    "masked": "masked in the instrument's program",
    "excluded": "left out by the lab, in the layout",
    "no_protein": "calcium without a protein of the same culture well",
    "clipped": "parts of the image are at the end of the scale",
    "out_of_focus": "less sharp than its plate",
    "grey": "an image without colour",
    "duplicate": "the same picture, or the same field, a second time",
    "discordant_blocks": "two ways to block entry disagree",
    "lower_bound": "the true value is at least this",
    "not_scale_robust": "the share lies on different sides of one half on the two scales, or its side is not shown",
    "total_near_zero": "T is not shown to differ from 0, so shares of it mean little",
}


def meanings() -> dict[str, str]:
    """Flag -> what stands behind it in the code, else the words above; KeyError where there are neither."""
    text = Path(flags.__file__).read_text(encoding="utf-8")
    said = dict(re.findall(r'^    "(\w+)",  # (.+)$', text, re.M))
    return {flag: said.get(flag) or PLAIN[flag] for flag in flags.FLAGS}


def page() -> str:
    """The whole page."""
    return HEAD + "".join(f"| `{flag}` | {words} |\n" for flag, words in meanings().items())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
