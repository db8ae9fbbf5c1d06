"""Writes the rules into docs/grades.md from those that make the grade (`make pages`)."""

from pathlib import Path

from mgassay.effects.verdict.grade import GRADES, LIMITS
from mgassay.report import grades

PAGE = Path(__file__).with_suffix(".md")
BEGIN, END = "<!-- rules: written by docs/grades.py -->\n", "<!-- end of rules -->\n"


def meaning() -> str:
    """What each grade says."""
    rows = [f"| **{grade}** | {grades.GRADES[grade]} |" for grade in GRADES]
    return "\n".join(["| grade | says |", "|---|---|", *rows])


def rules() -> str:
    """Each rule in words, under the best grade that it leaves; the worst first."""
    lines = ["| the grade is no better than | where |", "|---|---|"]
    for grade in reversed(GRADES):
        said = [
            grades.AGAINST.get(rule) or grades.SUPPORTING[rule][1]
            for rule, (_, most) in LIMITS.items()
            if most == grade
        ]
        lines += [f"| **{grade}** | {each} |" for each in said]
    return "\n".join(lines)


def steps() -> str:
    """What raises a grade."""
    return "\n".join(f"- **{arm}**: {words}" for arm, words in grades.NEXT_STEPS.items())


def page(text: str) -> str:
    """The page with its rules written anew."""
    before, _, rest = text.partition(BEGIN)
    made = f"{meaning()}\n\n## What holds a grade down\n\n{rules()}\n\n## What raises it\n\n{steps()}\n"
    return f"{before}{BEGIN}\n{made}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
