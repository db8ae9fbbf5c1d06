"""Tests that one run serves go to one worker: xdist and pytest have to agree on how (xdist's issue 1386)."""

import os

import pytest
from tests.conftest import name_of_test


@pytest.mark.xdist_group("together")
@pytest.mark.parametrize("part", ["a", "b"])
def test_a_group_is_seen_by_xdist(request, part):
    """Where it is not, `make test` runs the demo on every worker: nothing fails, and all takes half as long again."""
    shared_out = "PYTEST_XDIST_WORKER" in os.environ
    assert request.node.nodeid.endswith(f"[{part}]@together" if shared_out else f"[{part}]")
    assert name_of_test(request.node) == f"tests/test_groups.py::test_a_group_is_seen_by_xdist[{part}]"
