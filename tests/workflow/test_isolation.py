"""One experiment harms no other, nothing but results is written, and no name is ever run by a shell."""

import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from tests.workflow import hostile
from tests.workflow.conftest import ROOT, Lab, errors_of, make_lab, run_verbs, table_of

from mgassay.files import flat_name

MANY, BROKEN = 30, 17
LINKED = f"{hostile.IMAGES}/alizarin_1_A01.jpg"


class HostileLab(Lab):
    """A lab whose folders have names that a shell would run."""

    @property
    def experiments(self) -> Path:
        return self.folder / "plates; touch owned & 'x' $(touch owned) ü"

    @property
    def results(self) -> Path:
        return self.folder / "results `touch owned` #'y'"


@pytest.fixture
def hostile_lab(tmp_path, monkeypatch) -> HostileLab:
    folder = tmp_path / "a lab; touch owned & 'x' $(touch owned)"
    folder.mkdir()
    made = HostileLab(make_lab(folder).folder)
    (folder / "experiments").rename(made.experiments)
    settings = f"experiments: {yaml_text(made.experiments.name)}\nresults: {yaml_text(made.results.name)}\n"
    (folder / "config" / "config.yaml").write_text(settings)
    for key, name in (("HOME", "home"), ("TMPDIR", "tmp"), ("XDG_CACHE_HOME", "cache")):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(key, str(tmp_path / name))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    return made


def yaml_text(text: str) -> str:
    """A text in YAML's single quotes."""
    return "'" + text.replace("'", "''") + "'"


def snapshot(folder: Path, but: tuple[Path, ...]) -> dict[str, tuple[str, int]]:
    """Contents and times of change of all files and folders below one, but those in some folders."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if not any(path.is_relative_to(b) for b in but):
            content = os.readlink(path).encode() if path.is_symlink() else path.read_bytes() if path.is_file() else b""
            time = path.lstat().st_mtime_ns if path.is_symlink() or path.is_file() else 0
            found[str(path)] = (hashlib.sha256(content).hexdigest(), time)
    return found


def refused(folder: Path, source: Path, outside: Path) -> Path:
    """A copy of an experiment whose files lead out of it, unpack to ever more, or have names that cannot be printed."""
    shutil.copytree(source, folder)
    (folder / "raw" / "unlisted\ntouch owned\n.txt").write_text("x")
    for name in ("raw/calcium_D1.txt", LINKED):
        (folder / name).unlink()
        (folder / name).symlink_to(outside)
    with zipfile.ZipFile(folder / "raw" / "calcium_D2.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", b" " * (600 << 20))
    hostile.rewrite(folder / "files.csv", {"raw/protein_D2.csv": "../../../outside.txt"}, ("file",))
    hostile.rewrite(folder / "files.csv", {"protein_D3": "a\ntouch owned\n"}, ("plate",))
    hostile.rewrite(folder / "samples.csv", {"D2": "D2;touch owned|x"}, ("donor",))
    return folder


def test_hostile_names_go_through_the_whole_workflow_and_harm_nobody(hostile_lab, pictured_experiment, tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text("of no concern to anybody")
    hostile.renamed(hostile_lab.experiments / "names", pictured_experiment)
    refused(hostile_lab.experiments / "refused", pictured_experiment, outside)
    may_write = (hostile_lab.results, hostile_lab.folder / ".snakemake", tmp_path / "cache" / "snakemake")
    before = snapshot(tmp_path, may_write)

    done = hostile_lab.snakemake()

    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "To mend before the numbers can be trusted: refused" in said
    assert "Traceback" not in said
    assert not list(tmp_path.rglob("owned*"))
    after = snapshot(tmp_path, may_write)
    left = {path: state for path, state in after.items() if path != str(tmp_path / "cache")}
    assert left == {path: state for path, state in before.items() if path != str(tmp_path / "cache")}

    errors = errors_of(hostile_lab.results / "refused")
    assert {"MG041", "MG087", "MG106"} <= set(errors.code)  # out of the folder, a name with ; and |, a zip bomb
    assert LINKED in set(errors[errors.code == "MG041"].place)
    assert not (hostile_lab.results / "refused" / "export" / "overlays" / f"{flat_name(LINKED)}.svg").exists()
    assert errors_of(hostile_lab.results / "names").empty
    pictures_are_shown_by_harmless_names(hostile_lab.results / "names")
    alone = run_verbs(
        shutil.copytree(hostile_lab.experiments / "names", tmp_path / "copied" / "names"), tmp_path / "alone" / "names"
    )
    assert files_of(hostile_lab.results / "names") == files_of(alone)
    numbers_are_those_of_plain_names(alone, run_verbs(pictured_experiment, tmp_path / "alone" / "small"))


def pictures_are_shown_by_harmless_names(results: Path) -> None:
    """Every image has a thumbnail and an overlay whose file names nothing runs, and the page tells whose they are."""
    page = (results / "report.html").read_text()
    images = table_of(results, "images").file
    assert len(images) == 33
    for file in images:
        assert (results / "parts" / "thumbnails" / f"{flat_name(file)}.jpg").is_file()
        overlay = f"export/overlays/{flat_name(file)}.svg"
        assert re.fullmatch(r"[\w./-]+", overlay, re.ASCII)
        assert (results / overlay).is_file()
        assert f'href="{overlay}"' in page
        assert html.escape(file) in page.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")
    named = [f for f in images if any(f"/{name}_" in f for name in hostile.IMAGE_NAMES.values())]
    assert len(named) == len(hostile.IMAGE_NAMES)
    assert not re.search(r"<(img src=x|svg onload)|& <b>", page)
    readme = (results / "export" / "overlays" / "README.txt").read_text()
    assert [file for file in images if f"  {file}\n" not in readme] == []


def numbers_are_those_of_plain_names(named: Path, plain: Path) -> None:
    """The same experiment gives the same shares whatever its conditions, donors, plates and files are called."""
    numbers = ["estimate", "ci_low", "ci_high", "rho"]
    shares, expected = (table_of(results, "shares")[numbers] for results in (named, plain))
    assert len(expected) > 4
    pd.testing.assert_frame_equal(shares, expected, rtol=1e-9)
    assert set(table_of(named, "means").donor) >= set(hostile.DONORS.values())


def files_of(results: Path) -> dict[str, bytes]:
    """What stands in the results of one experiment, but for its logs."""
    found = (f for f in results.rglob("*") if f.is_file() and "logs" not in f.parts)
    return {f.relative_to(results).as_posix(): f.read_bytes() for f in found}


def test_a_file_of_the_labs_is_never_run_in_the_place_of_a_module(tmp_path, small_experiment, lab):
    lab.add("small", small_experiment)
    work = tmp_path / "work"
    work.mkdir()
    for name in ("pandas", "statistics", "mgassay", "random"):
        (work / f"{name}.py").write_text("open('owned', 'w')\nraise SystemExit('run by mistake')\n")
    run = [Path(sys.executable).with_name("snakemake"), "--snakefile", "../Snakefile", "--cores", "1",
           "--configfile", "../config/config.yaml", "--workflow-profile", "../profiles/default",
           "--config", "experiments=../experiments", "results=made"]  # fmt: skip
    env = {**os.environ, "PYTHONPATH": str(lab.folder / "src"), "NO_COLOR": "1"}
    target = "made/small/parts/experiment.json"
    done = subprocess.run([*run, "--until", "read"], cwd=work, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (work / target).is_file()
    assert not (work / "owned").exists()


@pytest.mark.parametrize("folder", ["-rf", "a\nb", "a;b{x}", 'a"b'])
def test_a_folder_that_could_be_taken_for_an_option_or_a_wildcard_is_refused(lab, small_experiment, folder):
    lab.add("small", small_experiment)
    (lab.folder / "config" / "config.yaml").write_text(f"experiments: experiments\nresults: {json.dumps(folder)}\n")
    done = lab.snakemake("--dry-run")
    assert done.returncode != 0
    assert "does not match" in done.stdout + done.stderr
    assert not (lab.folder / folder).exists()


# Static: whatever a shell is given stands in quotes.

RULES = sorted([ROOT / "Snakefile", *(ROOT / "workflow" / "rules").glob("*.smk")])
FIELD = re.compile(r"(?<!\{)\{([^{}]+)\}(?!\})")
QUOTED_ALREADY = {"MGASSAY", "threads"}  # a command that shlex.quote made, a number


def shell_texts(rules: str) -> list[str]:
    """The words given to `shell:`, as far as they stand in the rules, with the braces of f-strings undoubled."""
    blocks = re.findall(r"^    shell:\n((?: {8}.*\n|\n)+)", rules, re.M)
    return [block.replace("{{", "{").replace("}}", "}").replace(r"{OWN_DONORS}", "") for block in blocks]


@pytest.mark.parametrize("file", RULES, ids=lambda f: f.name)
def test_no_shell_sees_a_name_without_quotes(file):
    text = file.read_text()
    assert len(shell_texts(text)) == len(re.findall(r"^\s+shell:", text, re.M))
    for block in shell_texts(text):
        for field in FIELD.findall(block):
            assert field in QUOTED_ALREADY or field.endswith(":q"), f"{{{field}}} in {block}"
    assert not re.search(r"os\.system|shell\s*=\s*True|^\s+(?:run|script):", text, re.M)


def test_the_static_test_sees_every_rule_that_has_a_shell():
    found = [block for file in RULES for block in shell_texts(file.read_text())]
    assert len(found) >= 10
    assert any("{wildcards.experiment:q}" in block for block in found)


def test_the_package_itself_hands_nothing_to_a_shell():
    sources = {p: p.read_text() for p in (ROOT / "src").rglob("*.py")}
    assert len(sources) > 100
    guilty = [
        p.name
        for p, text in sources.items()
        if re.search(r"os\.(system|popen)\(|shell\s*=\s*True|\beval\(|\bexec\(", text)
    ]
    assert not guilty


@pytest.mark.slow
def test_one_broken_experiment_of_thirty(lab, small_experiment, tmp_path):
    names = [f"e{i:02d}" for i in range(MANY)]
    for name in names:
        shutil.copytree(small_experiment, lab.experiments / name, copy_function=os.link)
    broken = lab.experiments / names[BROKEN] / "raw" / "calcium_D1.txt"
    broken.unlink()  # a link: the file of the others stays
    broken.write_bytes(b"\x00" * 100)
    done = subprocess.run(
        [Path(sys.executable).with_name("snakemake"), "--cores", "2"],
        cwd=lab.folder, env={**os.environ, "PYTHONPATH": str(lab.folder / "src"), "NO_COLOR": "1"},
        capture_output=True, text=True, timeout=3000,
    )  # fmt: skip
    assert done.returncode == 1
    assert f"To mend before the numbers can be trusted: {names[BROKEN]}" in done.stdout + done.stderr
    assert (lab.results / "index.html").is_file()
    for name in (names[0], names[BROKEN - 1], names[BROKEN + 1]):  # before, beside and after the broken one
        source = shutil.copytree(small_experiment, tmp_path / "sources" / name)
        assert files_of(lab.results / name) == files_of(run_verbs(source, tmp_path / "alone" / name))
    first = tables_of(lab.results, names[0])
    assert len(first) > 20
    for name in set(names) - {names[BROKEN]}:
        assert tables_of(lab.results, name) == first


def tables_of(results: Path, name: str) -> dict[str, bytes]:
    """The tables of one experiment with its own name left out, in which alone they may differ."""
    found = (results / name / "tables").iterdir()
    return {f.name: f.read_bytes().replace(f"{name},".encode(), b"") for f in found}
