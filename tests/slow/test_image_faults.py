"""Trouble while images are measured: by one process or by several, pictures half written, files changed under a run."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageOps
from tests.slow.troubles import HALF, KILL, KILL_HALFWAY, ends_well, ran, started, wait_until, while_writing
from tests.workflow.conftest import Lab, make_lab

from mgassay import store, tables
from mgassay.files import flat_name

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]

IMAGE = "images/alizarin_1/alizarin_1_B03.jpg"
THUMBNAIL, OUTLINE, OVERLAY = (f"{flat_name(IMAGE)}.{kind}" for kind in ("jpg", "png", "svg"))
SAY_WHO = "import multiprocessing; said.write_text(multiprocessing.current_process().name)"


@pytest.fixture(scope="module")
def ran_once(tmp_path_factory, pictured_experiment) -> Lab:
    """A lab that has run an experiment with images, by two processes side by side."""
    lab = ran(make_lab(tmp_path_factory.mktemp("pictured")), pictured_experiment)
    one = lab.results / "one"
    made = (one / "parts/thumbnails" / THUMBNAIL, one / "parts/thumbnails" / OUTLINE, one / "export/overlays" / OVERLAY)
    assert all(picture.is_file() for picture in made)
    return lab


def at_work(lab: Lab) -> list[str]:
    """The processes that work in a lab's folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == lab.folder and "Z" not in (process / "stat").read_text().split()[2]:
                found.append((process / "cmdline").read_text())
        except OSError:  # it has ended
            continue
    return found


KILL_PARENT = "os.kill(os.getppid(), 9); time.sleep(60)"
# What is killed, on how many cores, and while which picture is written.
MOMENTS = {
    "the only process, outline half written": ("1", OUTLINE, KILL_HALFWAY, "MainProcess"),
    "the only process, before it says whose overlays these are": ("1", "README.txt", KILL, "MainProcess"),
    "one of two, thumbnail half written": ("2", THUMBNAIL, KILL_HALFWAY, "ForkProcess"),
    "one of two, between overlay and thumbnail": ("2", OVERLAY, KILL, "ForkProcess"),
    "the job of two, overlay half written": ("2", OVERLAY, f"{HALF}; {KILL_PARENT}", "ForkProcess"),
}


@pytest.mark.parametrize(("cores", "name", "trouble", "who"), MOMENTS.values(), ids=MOMENTS)
def test_what_measures_images_is_killed_and_no_picture_half_made_counts(fresh, expected, cores, name, trouble, who):
    said = while_writing(fresh, "images", name, f"{SAY_WHO}; {trouble}")
    done = fresh.snakemake("--cores", cores)
    assert said.read_text().startswith(who)
    assert done.returncode == 1
    assert "ype the same command again" in done.stderr
    assert not (fresh.results / "one/parts/seals/images.json").exists()
    wait_until(lambda: at_work(fresh) == [], 10)  # none goes on, into the pictures of the next run
    ends_well(fresh, expected)
    assert not [f.name for f in fresh.results.rglob(".*@*")], "nothing half-written stays"


def turned(image: bytes) -> bytes:
    """The same picture upside down: another one, which can be measured as well."""
    out = io.BytesIO()
    ImageOps.flip(Image.open(io.BytesIO(image))).save(out, "JPEG", quality=92)
    return out.getvalue()


@pytest.mark.parametrize("change", ["written", "deleted"])
def test_an_image_changed_before_it_is_measured_is_named_and_a_second_run_is_whole(fresh, expected, change):
    said = while_writing(fresh, "images", "images.json", "time.sleep(3)")  # the list of pictures, before the first
    run = started(fresh)
    wait_until(said.exists)
    image = fresh.experiments / "one" / IMAGE
    kept = image.read_bytes()
    image.unlink() if change == "deleted" else image.write_bytes(turned(kept))
    assert run.wait(300) == 1
    problems = store.read_table(fresh.results / "one/tables", tables.PROBLEMS)
    errors = problems[problems["severity"] == "error"]
    assert set(errors["file"]) == {IMAGE}
    assert set(errors["code"]) == ({"MG282", "MG901"} if change == "deleted" else {"MG901"})
    assert not (fresh.results / ".accepted").exists()
    image.write_bytes(kept)
    ends_well(fresh, expected)
