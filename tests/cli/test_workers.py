"""What a process that works through images keeps between them."""

import platform
import subprocess
import sys

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
