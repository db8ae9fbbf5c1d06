"""Processes that work through the images of a plate side by side."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mgassay.assays.images.alizarin import Each

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of mallopt(3)
_KEPT, _LARGEST = 2**28, 2**25  # bytes; the second is the most that glibc takes
WORTH = 15_000_000  # bytes of image files for a process of its own: it takes as long to start as to measure these


@contextmanager
def images_side_by_side(threads: int, content: int) -> "Iterator[Each]":
    """What works through images in their order: `map`, or that of a pool where their bytes are worth two processes.

    A new process starts from nothing (spawn): what it gives cannot depend on what its parent did before.
    """
    keep_freed_memory()
    processes = min(threads, content // WORTH)
    if processes < 2:
        yield map
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(processes, get_context("spawn"), keep_freed_memory) as pool:
        yield partial(pool.map, chunksize=2)


def keep_freed_memory() -> None:
    """Lets this process keep up to 256 MB that it has freed, for the next image; where malloc is not glibc's, nothing.

    Left to itself it gives them back after an image and asks for them again, page by page: 5 ns a pixel of CPU, as much
    as decoding a JPEG.
    """
    import ctypes

    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(_TRIM_THRESHOLD, _KEPT)
        libc.mallopt(_MMAP_THRESHOLD, _LARGEST)
