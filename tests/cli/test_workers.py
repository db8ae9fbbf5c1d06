"""What a process that works through images keeps between them."""

import platform
import subprocess
import sys

import pytest

from mgassay.cli.workers import WORTH, images_side_by_side

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


def test_images_are_shared_out_in_their_order_where_they_are_worth_it():
    with images_side_by_side(2, 2 * WORTH) as each:
        assert list(each(abs, range(-9, 0))) == list(range(9, 0, -1))
        assert not isinstance(each(abs, []), map)


@pytest.mark.parametrize(("threads", "content"), [(1, 10**12), (8, 2 * WORTH - 1)])
def test_one_thread_or_few_bytes_stay_in_this_process(threads, content):
    with images_side_by_side(threads, content) as each:
        assert each is map
