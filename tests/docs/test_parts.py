"""The parts list, licences, recipes and environment are those of the lock."""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
import yaml
from tests.conftest import ROOT

from bench import audit

LOCK = (ROOT / "requirements.lock").read_text()
DOCKERFILE = (ROOT / "containers" / "Dockerfile").read_text()
APPTAINER = (ROOT / "containers" / "mgassay.def").read_text()
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yaml").read_text())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def parts() -> list[audit.Part]:
    return audit.parts_of(LOCK)


def test_parts_of_a_lock_by_hand():
    lock = (
        "# made by a program\nabc==1.0 \\\n    --hash=sha256:00 \\\n    --hash=sha256:01\n    # via\n"
        "    #   mgassay (pyproject.toml)\n    #   x.y\nx.y==2.0rc1 ; sys_platform == 'win32' \\\n"
        "    --hash=sha256:02\n    # via abc\n"
    )
    abc, xy = audit.parts_of(lock)
    assert (abc.name, abc.version, abc.marker, abc.needed_by) == ("abc", "1.0", "", ("mgassay", "x.y"))
    assert (xy.name, xy.version, xy.marker, xy.needed_by) == ("x.y", "2.0rc1", "sys_platform == 'win32'", ("abc",))
    assert xy.purl == "pkg:pypi/x-y@2.0rc1"  # the package-url specification: lower case, - for _ and .


def test_every_line_of_the_lock_is_a_part():
    assert len(parts()) == len(re.findall(r"^\S+==", LOCK, re.M)) > 50
    assert {p.name for p in parts() if "mgassay" in p.needed_by} >= {"numpy", "snakemake", "phreeqc"}
    known = {p.name for p in parts()} | {"mgassay"}
    assert {n for p in parts() for n in p.needed_by} <= known


def test_the_parts_list_is_that_of_the_lock():
    """`make sbom` writes it anew."""
    held = (ROOT / "sbom.cdx.json").read_text()
    assert held == audit.sbom_text(parts(), audit.licences_read())
    bom = json.loads(held)
    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.6")
    refs = [c["bom-ref"] for c in bom["components"]]
    assert len(refs) == len(set(refs)) == len(parts())
    assert {d["ref"] for d in bom["dependencies"]} == {*refs, "mgassay"}
    assert all(set(d["dependsOn"]) <= set(refs) for d in bom["dependencies"])


def test_every_part_has_a_licence_and_none_is_copyleft_of_the_strong_kind():
    licences = audit.licences_read()
    assert set(licences) == {p.name for p in parts()}
    assert not {name: text for name, text in licences.items() if audit.COPYLEFT.search(text)}
    page = (ROOT / "docs" / "security.md").read_text()
    assert audit.licence_table(parts(), licences) in page
    assert f"{len(licences)} packages" in page


@pytest.mark.parametrize("name", sorted({p.name for p in parts()}))
def test_a_licence_is_what_the_package_says_where_it_says_so(name):
    """Packages of other systems are not installed; older ones have no SPDX expression and are read by hand."""
    found = [d for d in importlib.metadata.distributions(name=name)]
    said = found[0].metadata.get("License-Expression") if found else None
    assert said in (None, audit.licences_read()[name])


@pytest.mark.parametrize(
    "recipe", [DOCKERFILE, APPTAINER, (ROOT / "Makefile").read_text()], ids=["docker", "apptainer", "make"]
)
def test_every_recipe_installs_the_lock_by_its_hashes_and_then_the_checkout(recipe):
    installs = re.findall(r"pip install (.*)", recipe)
    plain = [" ".join(w for w in i.split() if w not in QUIET) for i in installs]
    assert plain[:2] == ["--require-hashes -r requirements.lock", "--no-deps --no-build-isolation -e ."]


QUIET = {"--quiet", "--no-cache-dir", "--disable-pip-version-check"}


def test_all_recipes_have_the_same_python_and_one_that_the_package_takes():
    docker = re.findall(r"^FROM python:(3\.\d+)-slim-(\w+)$", DOCKERFILE, re.M)
    apptainer = re.findall(r"^From: python:(3\.\d+)-slim-(\w+)$", APPTAINER, re.M)
    (conda,) = (d for d in ENVIRONMENT["dependencies"] if str(d).startswith("python="))
    assert docker == apptainer == [(conda.removeprefix("python="), "bookworm")]
    assert PROJECT["requires-python"] == ">=3.11"
    assert "--python-version 3.11" in (ROOT / "Makefile").read_text()  # what the lock was made for
    assert docker[0][0] == "3.11"


def test_the_environment_names_the_lock_and_no_version_of_its_own():
    (pip,) = (d["pip"] for d in ENVIRONMENT["dependencies"] if isinstance(d, dict))
    assert pip == ["-r requirements.lock"]
    assert {d for d in ENVIRONMENT["dependencies"] if isinstance(d, str)} == {"python=3.11", "pip", "make"}
    assert "pip install --no-deps --no-build-isolation -e ." in (ROOT / "environment.yaml").read_text()


def docker_copies() -> list[tuple[str, str]]:
    lines = re.findall(r"^COPY (.+) (\S+)$", DOCKERFILE, re.M)
    return [
        (source, f"{to.rstrip('/')}/{source}" if to == "./" else to)
        for sources, to in lines
        for source in sources.split()
    ]


def apptainer_copies() -> list[tuple[str, str]]:
    block = APPTAINER.partition("%files\n")[2].partition("\n%")[0]
    return [tuple(line.split()) for line in block.splitlines() if line.strip()]


def test_dockerfile_and_definition_are_well_formed():
    joined = re.sub(r"\\\n", " ", DOCKERFILE)
    words = [line.split()[0] for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    assert set(words) == {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "ENTRYPOINT", "CMD"}
    for line in re.findall(r"^(?:ENTRYPOINT|CMD) (.+)$", DOCKERFILE, re.M):
        assert json.loads(line)  # the exec form: no shell between docker and mgassay
    sections = re.findall(r"^%(\w+)$", APPTAINER, re.M)
    assert sections == ["files", "post", "environment", "runscript", "test", "help"]
    assert re.match(r"Bootstrap: docker\nFrom: \S+\n", APPTAINER)
    for section in ("post", "environment", "runscript", "test"):
        script = re.split(r"^%\w+\n", APPTAINER.partition(f"%{section}\n")[2], flags=re.M)[0]
        assert subprocess.run(["sh", "-n"], input=script, text=True).returncode == 0


def test_both_recipes_copy_the_same_and_all_of_it_is_in_the_checkout():
    ours = {source: to.removeprefix("./") for source, to in docker_copies()}
    theirs = {source: to.removeprefix("/opt/mgassay/") for source, to in apptainer_copies()}
    assert ours == theirs
    assert [source for source in ours if not (ROOT / source).exists()] == []


def test_what_the_recipes_copy_is_all_that_a_run_needs(tmp_path):
    """The recipes themselves are not built here: that takes a container engine and a network."""
    for source, to in apptainer_copies():
        path = tmp_path / to.removeprefix("/opt/mgassay/")
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, path, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, path)
    assert (tmp_path / PROJECT["readme"]).is_file()
    assert (tmp_path / PROJECT["license"]["file"]).is_file()
    lab = tmp_path / "lab"
    lab.mkdir()
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "src"), "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}
    run = [sys.executable, "-P", "-m", "mgassay", "run", str(tmp_path / "resources" / "demo"), "--", "--dry-run"]
    done = subprocess.run(run, cwd=lab, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "mg-trpm7-demo" in done.stdout + done.stderr


def test_the_catalogue_finds_what_it_looks_for():
    for looked_for in (
        "workflow/Snakefile",
        "config/README.md",
    ):  # else it is not among those that are used as it shows
        assert (ROOT / looked_for).is_file()
    usage = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text())["usage"]
    assert set(usage) == {"mandatory-flags", "software-stack-deployment", "report"}
    assert set(usage["mandatory-flags"]) == {"desc", "flags"}
    rules = "".join(f.read_text() for f in (ROOT / "workflow" / "rules").glob("*.smk"))
    assert usage["software-stack-deployment"]["conda"] is bool(re.search(r"^\s+conda:", rules, re.M))
    assert usage["software-stack-deployment"]["apptainer"] is bool(re.search(r"^\s+container:", rules, re.M))


def test_the_page_of_the_configuration_names_every_key_and_what_is_delivered():
    page = (ROOT / "config" / "README.md").read_text()
    schema = yaml.safe_load((ROOT / "workflow" / "schemas" / "config.schema.yaml").read_text())
    delivered = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
    rows = dict(re.findall(r"^\| `(\w+)` \| .* \| (.+) \|$", page, re.M))
    assert set(rows) == set(schema["properties"])
    for key, value in delivered.items():
        assert rows[key] == f"`{str(value).lower() if isinstance(value, bool) else value}`"
