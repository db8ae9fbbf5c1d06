"""What is said where the computer refuses."""

import errno
import os
import shlex

import pytest

from mgassay.cli.said import refused


@pytest.mark.parametrize(("number", "typed"), [(errno.ENOSPC, ["df", "-h"]), (errno.EACCES, ["ls", "-ld"])])
def test_a_disk_that_refuses_is_told_with_what_can_be_typed(number, typed):
    said = refused(OSError(number, os.strerror(number), "my plates/it's/a.csv"))
    assert said.startswith(f"{os.strerror(number)}: my plates/it's/a.csv. ")
    assert shlex.split(said.split("`")[1]) == [*typed, "my plates/it's"]
