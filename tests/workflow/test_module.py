"""The workflow as a module of somebody else's: in another folder, with rules and wildcards of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.workflow.conftest import Lab, make_lab, table_of_jobs

OUTER = """\
configfile: "config/config.yaml"


module mgassay:
    snakefile:
        "{home}/Snakefile"
    config:
        config["mgassay"]


use rule * from mgassay as mgassay_*


rule all:
    default_target: True
    input:
        rules.mgassay_all.input,
        "figures/a b/shares.csv",


# A wildcard that bears the name of one of ours, with a value that no id of ours could have.
rule shares_beside_our_own:
    input:
        "made/summary_shares.csv",
    output:
        "figures/{{experiment}}/shares.csv",
    shell:
        "cp {{input:q}} {{output:q}}"


onsuccess:
    print("the outer workflow is done")
"""


class Outer(Lab):
    """A workflow in a folder of its own that uses the one of `home`."""

    home: Path

    def snakemake(self, *args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [Path(sys.executable).with_name("snakemake"), "--cores", "2", *args],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.home / "src"), "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            timeout=300,
        )


@pytest.fixture
def outer(tmp_path, small_experiment) -> Outer:
    (tmp_path / "tools" / "mgassay").mkdir(parents=True)
    home = make_lab(tmp_path / "tools" / "mgassay").folder
    folder = tmp_path / "their study"
    (folder / "config").mkdir(parents=True)
    (folder / "Snakefile").write_text(OUTER.format(home=home))
    (folder / "config" / "config.yaml").write_text("mgassay:\n  experiments: plates\n  results: made\n")
    (folder / "plates").mkdir()
    os.symlink(small_experiment, folder / "plates" / "small")
    lab = Outer(folder)
    lab.home = home
    return lab


def test_another_workflow_uses_ours_in_its_own_folder(outer):
    done = outer.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    assert (outer.folder / "made" / "small" / "report.html").is_file()
    assert (outer.folder / "made" / ".accepted").is_file()
    assert (outer.folder / "figures" / "a b" / "shares.csv").read_bytes()
    assert "the outer workflow is done" in done.stdout + done.stderr
    assert {f.name for f in outer.folder.iterdir()} == {
        "Snakefile", "config", "plates", "made", "figures", ".snakemake",
    }  # fmt: skip
    assert not (outer.home / "results").exists()

    again = outer.snakemake("--dry-run")
    assert "Nothing to be done" in again.stdout + again.stderr

    estimator = outer.home / "src" / "mgassay" / "effects" / "estimators" / "fieller.py"
    estimator.write_text(estimator.read_text() + "\n# another line\n")
    edited = outer.snakemake("--dry-run", "--quiet", "rules")
    jobs = table_of_jobs(edited.stdout + edited.stderr)
    assert jobs["mgassay_effects"] == 1  # the package is found where the module is, not beside the outer Snakefile
    assert "mgassay_quantify" not in jobs


@pytest.mark.parametrize("first", [True, False])
def test_the_outer_workflows_own_all_is_what_is_made(outer, first):
    """Before ours or behind it as config/README.md has it; ours once took its place, and the rest was never made."""
    whole = (
        (outer.folder / "Snakefile")
        .read_text()
        .replace("    default_target: True\n", "" if first else "    default_target: True\n")
        .replace(f"{outer.home}/Snakefile", f"{outer.home}/{'workflow/' * first}Snakefile")  # either is ours
    )
    rule = whole[whole.index("rule all:") : whole.index("# A wildcard")].replace(
        '"figures/a b/shares.csv"', '"mine.txt"'
    )
    rest = whole.replace(whole[whole.index("rule all:") : whole.index("# A wildcard")], "")
    if first:
        rule = rule.replace("        rules.mgassay_all.input,\n", "")  # what is not there yet cannot be named
    mine = 'rule mine:\n    output:\n        "mine.txt",\n    shell:\n        "touch {output}"\n\n\n'
    (outer.folder / "Snakefile").write_text((rule + rest if first else rest + rule) + "\n\n" + mine)
    done = outer.snakemake("--dry-run", "--quiet", "rules")
    assert done.returncode == 0, done.stdout + done.stderr
    jobs = table_of_jobs(done.stdout + done.stderr)
    assert jobs["mine"] == jobs["all"] == 1
    assert ("mgassay_overview" in jobs) is not first


def test_a_wrong_setting_of_the_module_is_named(outer):
    (outer.folder / "config" / "config.yaml").write_text("mgassay:\n  experiments: plates\n  result: made\n")
    done = outer.snakemake("--dry-run")
    assert done.returncode != 0
    assert "result" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_the_snakefile_that_the_catalogue_looks_for_is_the_same_workflow(lab, small_experiment):
    lab.add("small", small_experiment)
    jobs = lab.jobs()
    assert jobs["export"] == 1
    assert lab.jobs("--snakefile", "workflow/Snakefile") == jobs
