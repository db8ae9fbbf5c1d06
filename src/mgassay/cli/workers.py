"""Processes that work through the images of a plate side by side."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mgassay.assays.images.side_by_side import Each

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of mallopt(3)
_KEPT, _LARGEST = 2**28, 2**25  # bytes; the second is the most that glibc takes
WORTH = {"fork": 2_000_000, "spawn": 15_000_000}  # bytes of image files for a process: its start costs a tenth, or all
LEAST = 300_000  # bytes that an image counts for at least, such as a well of a photograph, whose file counts once


@contextmanager
def images_side_by_side(threads: int, content: int, images: int) -> "Iterator[Each]":
    """What works through images in their order: `map`, or that of a pool where they are worth two processes.

    `content` are the bytes of all their files. What a process gives depends on its image alone.
    """
    keep_freed_memory()
    way = way_to_start()
    processes = min(threads, (content + LEAST * images) // WORTH[way])
    if processes < 2:
        yield map
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(processes, get_context(way), begin) as pool:
        yield partial(pool.map, chunksize=2)


def begin() -> None:
    """What a process does before its first image."""
    from multiprocessing import parent_process
    from threading import Thread

    keep_freed_memory()
    if parent := parent_process():
        Thread(target=end_with, args=(parent.sentinel,), daemon=True).start()


def end_with(parent: int) -> None:
    """Waits for the process that started this one to end, by its sentinel, and ends this one too.

    One that was killed tells its others nothing: they would go on writing pictures, into the next run's, and then wait
    for ever.
    """
    from multiprocessing.connection import wait

    wait([parent])
    os._exit(1)


def way_to_start() -> str:
    """How a process starts: `fork`, at once, where this one has no second thread that could hold a lock; else `spawn`.

    A spawned one imports everything anew: 0.7 s, as much as 20 images of 4 megapixels.
    """
    tasks = Path("/proc/self/task")
    return "fork" if tasks.is_dir() and len(list(tasks.iterdir())) == 1 else "spawn"


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
