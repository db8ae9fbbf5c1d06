"""Processes that work through the images of a plate side by side."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mgassay.assays.images.alizarin import Each

FEWEST = 12  # images for a process of its own: it takes as long to start as to measure about as many


@contextmanager
def images_side_by_side(threads: int, images: int) -> "Iterator[Each]":
    """What works through images in their order: `map`, or that of a pool where there are enough for two processes.

    A new process starts from nothing (spawn): what it gives cannot depend on what its parent did before.
    """
    processes = min(threads, images // FEWEST)
    if processes < 2:
        yield map
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield partial(pool.map, chunksize=2)
