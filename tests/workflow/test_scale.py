"""What keeps many experiments cheap: few jobs, few files a job answers for, and imports that a verb needs itself."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.workflow.conftest import Lab

from bench import bench_scale
from bench.twin import lay_out_twin

# Modules that take a tenth of a second or more to import, or a hundred megabytes (python -X importtime).
HEAVY = ("pandas", "numpy", "scipy.special", "scipy.stats", "scipy.optimize", "scipy.ndimage", "skimage", "tifffile",
         "PIL.Image", "pydantic", "pandera", "openpyxl", "xlsxwriter", "jinja2", "matplotlib", "resvg", "phreeqc",
         "snakemake")  # fmt: skip
ALWAYS = {"pandas", "numpy", "pydantic"}
# What each verb may load beside those on the demo, which has plates, images and qPCR.
MAY_LOAD = {
    "read": {"openpyxl", "PIL.Image"},
    "images": {"PIL.Image", "scipy.ndimage"},
    "quantify": {"phreeqc", "scipy.optimize", "scipy.special"},
    "effects": {"scipy.special"},
    "report": {"jinja2"},
    "export": {"xlsxwriter", "resvg"},
    "overview": {"jinja2"},
    "gate": set(),
}
PROBE = """
import sys
from mgassay.cli import app
app(sys.argv[2:], standalone_mode=False)
print("loaded", *(m for m in sys.argv[1].split(",") if m in sys.modules))
"""


def sealed_files(results: Path) -> list[Path]:
    """Every file that the seals of an experiment name."""
    return [
        results / name for seal in sorted(results.glob("parts/seals/*.json")) for name in json.loads(seal.read_text())
    ]


@pytest.mark.xdist_group("finished")
def test_what_no_rule_promises_is_made_anew_where_it_is_gone_and_told_where_it_was_changed(finished):
    """Rules promise their seals and few tables by name; of all else that stages wrote the seals know."""
    before, small = finished.bytes_of_results(), finished.results / "small"
    table = small / "tables" / "rho.csv"
    table.unlink()
    assert {"effects", "report"} <= finished.jobs().keys() <= {"effects", "report", "export", "overview", "gate", "all"}
    files = [f for f in sealed_files(small) if f != table]
    assert len(files) > 35
    for file in files:
        file.unlink()
    shutil.rmtree(small / "parts" / "thumbnails")
    (small / "export" / "overlays" / "README.txt").unlink()
    (small / "export" / "overlays" / "annotated.png").write_text("the lab's")  # in a folder that is never emptied
    done = finished.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    (small / "parts" / "thumbnails" / ".snakemake_timestamp").unlink()  # Snakemake's, in a folder that it was asked for
    assert finished.bytes_of_results() == before | {"small/export/overlays/annotated.png": b"the lab's"}
    assert finished.jobs() == {}
    table.write_text(table.read_text() + "\n")  # later than its seal
    assert "report" in finished.jobs()
    assert "effects" not in finished.jobs()


def test_the_memory_of_a_command_is_its_own_however_large_the_bench_is(tmp_path):
    held = bytearray(300_000_000)
    held[::4096] = b"x" * len(held[::4096])
    cost = bench_scale.cost_of([sys.executable, "-c", "sum(range(10**6))"], tmp_path)
    assert 5 < cost.peak_mb < 100
    assert 0 < cost.cpu_s < 60
    with pytest.raises(RuntimeError, match="no such thing"):
        bench_scale.cost_of([sys.executable, "-c", "raise SystemExit('no such thing')"], tmp_path)


def cores_of_images(lab: Lab, *asked: str) -> dict[str, int]:
    """The cores that the images of each experiment are to have, of eight, by a dry run."""
    dry = lab.snakemake("--dry-run", "--quiet", "host", "--cores", "8", *asked)
    assert dry.returncode == 0, dry.stdout + dry.stderr
    jobs = re.findall(r"^rule images:\n((?: {4}.*\n)+)", dry.stdout + dry.stderr, re.MULTILINE)
    named = {re.search(r"experiment=(\w+)", job)[1]: re.search(r"threads: (\d+)", job) for job in jobs}
    return {name: int(found[1]) if found else 1 for name, found in named.items()}


def pictured(lab: Lab, name: str, source: Path) -> None:
    """An experiment more, whose list of files names images; none is there, for a dry run."""
    with (lab.add(name, source) / "files.csv").open("a") as files:
        files.write("images,alizarin_image\n")


@pytest.mark.xdist_group("finished")
def test_experiments_share_the_cores_that_images_take(finished, small_experiment):
    """Were the images of each to have all cores, no experiment could begin before all steps of another had ended."""
    for name in ("a", "b", "c"):
        pictured(finished, name, small_experiment)
    finished.add("plain", small_experiment)
    assert cores_of_images(finished) == {"a": 2, "b": 2, "c": 2, "plain": 1}
    assert cores_of_images(finished, "results/a/report.html") == {"a": 8}
    assert cores_of_images(finished, "results/plain/report.html") == {"plain": 1}
    assert cores_of_images(finished, "--config", "only=b") == {"b": 8}
    reader = finished.folder / "src/mgassay/readers/text.py"
    reader.write_text(reader.read_text() + "\n# edited\n")
    assert cores_of_images(finished) == {"a": 2, "b": 2, "c": 2, "plain": 1, "small": 1}
    (finished.experiments / "c" / "files.csv").unlink()  # a workbook in its place is not opened, and may name images
    assert cores_of_images(finished)["c"] == 2
    for name in map(str, range(20)):
        pictured(finished, name, small_experiment)
    assert set(cores_of_images(finished).values()) == {1}


@pytest.mark.xdist_group("finished")
def test_an_experiment_more_starts_its_own_jobs_and_those_over_all(finished, small_experiment):
    finished.add("second", small_experiment)
    jobs = finished.jobs()
    assert jobs == dict.fromkeys(("listing", "read", "images", "quantify", "effects", "report", "export",
                                  "ids", "overview", "gate", "all"), 1)  # fmt: skip


def test_the_empty_workflow_of_the_bench_has_our_jobs(tmp_path, small_experiment):
    """Its cost stands for that of our jobs without what they do: one twin too small would flatter, too large excuse."""
    ours = Lab(bench_scale.lay_out_many(tmp_path / "ours", small_experiment, 3))
    twin = Lab(lay_out_twin(tmp_path / "twin", 3))
    jobs = ours.jobs()
    assert jobs["export"] == 3
    assert twin.jobs() == jobs


def test_snakemake_looks_for_jobs_when_one_ends_and_not_ever_more_often(lab, small_experiment):
    """Its limit of submissions starts a timer at every look, each of which looks again, and starts another."""
    lab.add("small", small_experiment)
    told = "\nimport atexit\natexit.register(lambda: print('limit', workflow.scheduler.job_rate_limiter))\n"
    (lab.folder / "Snakefile").write_text((lab.folder / "Snakefile").read_text() + told)
    done = lab.snakemake("--until", "read")
    assert done.returncode == 0, done.stderr
    assert "limit None" in done.stdout


def loaded_by(verb: str, *arguments: Path | str) -> set[str]:
    """The heavy modules that one verb has loaded when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, ",".join(HEAVY), verb, *map(str, arguments)],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    last = done.stdout.splitlines()[-1].split()
    assert last[0] == "loaded"
    return set(last[1:])


@pytest.mark.parametrize("verb", MAY_LOAD)
def test_a_verb_loads_only_what_it_needs_itself(verb, demo_lab, tmp_path):
    """A heavy module at the top of a module costs every job of every experiment: scipy.stats alone two seconds."""
    made = tmp_path / "results"
    shutil.copytree(demo_lab.results, made)
    folder, one = demo_lab.experiments / "mg-trpm7-demo", made / "mg-trpm7-demo"
    arguments = {"read": (folder, one), "images": (folder, one), "report": (folder, one),
                 "overview": (made, one.name), "gate": (made, one.name)}.get(verb, (one,))  # fmt: skip
    assert loaded_by(verb, *arguments) <= ALWAYS | MAY_LOAD[verb]
