"""What a process that works through images keeps between them."""

import platform
import subprocess
import sys

import pytest

from mgassay.cli import workers
from mgassay.cli.workers import LEAST, WORTH, images_side_by_side

TWICE = """
import resource, sys
import numpy as np
from mgassay.cli.workers import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
def image():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    held = [np.ones(2**24, np.uint8) for _ in range(5)]
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
image(), image()
print(image())
"""


def page_faults(how):
    """Pages of memory that the third of three images has to ask for."""
    done = subprocess.run([sys.executable, "-c", TWICE, how], check=True, capture_output=True, text=True)
    return int(done.stdout)


def test_memory_of_one_image_serves_the_next():
    """Five arrays of 16 MB are 20,480 pages of 4 kB (5 of 2 MB where the kernel hands out huge ones)."""
    kept = page_faults("keep")
    assert kept < (50 if platform.libc_ver()[0] == "glibc" else 25_000)
    assert kept <= page_faults("leave")


@pytest.fixture(params=["fork", "spawn"])
def way(request, monkeypatch):
    monkeypatch.setattr(workers, "way_to_start", lambda: request.param)
    return request.param


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_images_are_shared_out_in_their_order_where_they_are_worth_it(way):
    with images_side_by_side(2, 2 * WORTH[way], 0) as each:
        assert list(each(abs, range(-9, 0))) == list(range(9, 0, -1))
        assert not isinstance(each(abs, []), map)


@pytest.mark.parametrize(("threads", "short"), [(1, -(10**12)), (8, 1)])
def test_one_thread_or_few_bytes_stay_in_this_process(way, threads, short):
    with images_side_by_side(threads, 2 * WORTH[way] - short, 0) as each:
        assert each is map


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_the_wells_of_a_photograph_count_though_they_have_no_files(way):
    wells = 2 * WORTH[way] // LEAST
    with images_side_by_side(2, 0, wells + 1) as each:
        assert each is not map
    with images_side_by_side(2, 0, wells - 1) as each:
        assert each is map


KILLED = """
import os, sys, time
from mgassay.cli import workers
workers.way_to_start = lambda: sys.argv[1]
def work(number):
    time.sleep(0.1)
    return os.getpid()
if __name__ == "__main__":
    with workers.images_side_by_side(3, 3 * workers.WORTH[sys.argv[1]], 0) as each:
        for process in each(work, range(1000)):
            assert process != os.getpid()
            os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_processes_end_with_the_one_that_started_them(start, tmp_path):
    """Killed, it cannot tell them; they would go on with what they have, and then wait for ever."""
    (tmp_path / "killed.py").write_text(KILLED)
    command = [sys.executable, tmp_path / "killed.py", start]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)  # until the last one lets go of stdout
    assert done.returncode == -9, done.stderr


def test_a_process_with_a_second_thread_is_not_copied():
    """A copy would hold the locks of a thread that it does not have."""
    alone = "from mgassay.cli import one_thread, workers as w; one_thread(); import numpy; print(w.way_to_start())"
    another = "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start();"
    ways = [
        subprocess.run([sys.executable, "-c", c], capture_output=True, text=True).stdout
        for c in (alone, another + alone)
    ]
    assert ways == (["fork\n", "spawn\n"] if sys.platform == "linux" else ["spawn\n", "spawn\n"])
