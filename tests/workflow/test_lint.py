"""`snakemake --lint` finds nothing but what is meant to be so."""

import re

# What it says of a rule or a file, and why that stays.
NOTED = {
    "Specify a conda environment or container for each rule.": "one environment holds Snakemake and the package",
    "No log directive defined": "they touch a file, or speak to the person at the terminal",
    "Mixed rules and functions in same snakefile.": "common.smk holds what all rules need",
    'Absolute path "/{e}/"': "no path: slashes around a name, looked for in a target",
    "Shell command directly uses variable": "as a parameter another path of the same folder would make all anew",
}


def test_lint_is_clean_but_for_what_is_noted(lab, small_experiment):
    lab.add("small", small_experiment)
    done = lab.snakemake("--lint")
    said = done.stdout + done.stderr
    found = re.findall(r"^    \* (.+):$", said, re.M)
    assert len(found) == said.count("\n    * ") > 0
    assert [title for title in found if not title.startswith(tuple(NOTED))] == []
    assert [known for known in NOTED if not any(title.startswith(known) for title in found)] == []  # noted for nothing
