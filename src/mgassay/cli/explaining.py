"""The verb that looks a problem's code up."""

import re
import sys
import textwrap
from collections.abc import Mapping
from typing import Annotated

import typer

from mgassay.cli.words import coloured
from mgassay.errors import UsageError
from mgassay.problems import Kind, catalogue, of_many

_WIDTH = 100
_MEANS = {
    "error": "A number would be wrong, or is missing where you think it is there. No verdict is given before it is "
    "mended. Where it is about a raw file that you have looked at and find right, its code in the column `confirm` of "
    "files.csv makes it a warning.",
    "warning": "The numbers are right, but weaker than they could be, or something looks odd. Nothing stops.",
    "notice": "It says what was done. Nothing has to be mended.",
}


def register(app: typer.Typer) -> None:
    """Adds this file's verbs to the command line."""
    app.command()(explain)


def explain(
    code: Annotated[str, typer.Argument(help="a problem's code, such as MG101; without one, all are listed")] = "",
) -> None:
    """Say what a problem means, how to mend it, and which codes are about the same; without a code list all."""
    kinds = catalogue()
    if not code:
        for kind in sorted(kinds.values(), key=lambda k: k.code):
            typer.echo(line_of(kind))
        return
    asked = spelt(code)
    if asked not in kinds:
        near = "\n".join(line_of(kinds[c]) for c in nearest_codes(asked, kinds))
        raise UsageError(f"there is no problem {code}. Nearest are:\n{near}")
    typer.echo(explanation(kinds[asked]))
    typer.echo("\nNear it\n" + "\n".join(f"  {line_of(kinds[c])}" for c in nearest_codes(asked, kinds)))


def spelt(code: str) -> str:
    """A code as the catalogue spells it; the letters may be small or left out.

    >>> spelt("mg230"), spelt(" 7"), spelt("wavelength")
    ('MG230', 'MG007', 'WAVELENGTH')
    """
    text = code.strip().upper()
    number = text.removeprefix("MG").strip(" -")
    return f"MG{int(number):03d}" if number.isascii() and number.isdigit() else text


def nearest_codes(code: str, kinds: Mapping[str, Kind], most: int = 3) -> list[str]:
    """The codes nearest by number, which are about the same part of the work; for a word those whose titles hold it.

    >>> nearest_codes("MG120", {c: Kind(c, "error", "", "", "") for c in ("MG101", "MG119", "MG121", "MG501")}, 2)
    ['MG119', 'MG121']
    """
    digits = re.fullmatch(r"MG(\d+)", code)
    others = sorted(c for c in kinds if c != code)
    if digits is None:
        said = [c for c in others if code.casefold() in kinds[c].title.casefold()]
        return (said or others)[:most]
    return sorted(sorted(others, key=lambda c: (abs(int(c[2:]) - int(digits[1])), c))[:most])


def line_of(kind: Kind) -> str:
    """A code with its severity and title, in a line."""
    return f"{kind.code}  {coloured(f'{kind.severity:8}', kind.severity, sys.stdout)} {kind.title}"


def explanation(kind: Kind) -> str:
    """All that is known of a kind of problem, in paragraphs; what differs each time stands as <name>."""
    head = coloured(f"{kind.code}, {_an(kind.severity)}: {kind.title}", "bold", sys.stdout)
    parts = (
        ("What it says", kind.message),
        ("What to do", kind.remedy),
        ("More about it", kind.explain),
        (f"What {_an(kind.severity)} is", _MEANS[kind.severity]),
    )
    return "\n\n".join([head, *(f"{title}\n{_wrapped(named(text))}" for title, text in parts if text)])


def _an(severity: str) -> str:
    """A severity with its article."""
    return f"an {severity}" if severity == "error" else f"a {severity}"


def named(text: str) -> str:
    """A text of the catalogue with <name> for each fact that is filled in where the problem is found.

    >>> named("{file} has {seen} rows")
    '<file> has <what was seen> rows'
    """
    return re.sub(
        r"\{(\w+)\}", lambda m: f"<{'what was seen' if m[1] == 'seen' else m[1].replace('_', ' ')}>", of_many(text)
    )


def _wrapped(text: str) -> str:
    """A paragraph folded at a readable width, two spaces from the edge; the catalogue's own line ends mean nothing."""
    wrapper = textwrap.TextWrapper(
        _WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False, break_long_words=False
    )
    return wrapper.fill(" ".join(text.split()))
