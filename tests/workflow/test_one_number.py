"""docs/one_number.md: each step of it, worked by hand, is what the demo's tables hold."""

import importlib.util

import pytest

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture
def trace(root):
    spec = importlib.util.spec_from_file_location("one_number", root / "docs" / "one_number.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_step_by_hand_is_what_the_table_says(trace, demo_lab):
    for step in trace.STEPS:
        made = step(demo_lab.results / "mg-trpm7-demo")
        assert made.by_hand == pytest.approx(made.in_table, rel=1e-9), made.words


def test_the_page_is_up_to_date(trace, demo_lab):
    made = trace.page(demo_lab.results / "mg-trpm7-demo")
    assert trace.PAGE.read_text(encoding="utf-8") == made, "make demo pages"


def test_the_readme_is_up_to_date(trace, demo_lab):
    text = trace.README.read_text(encoding="utf-8")
    assert trace.readme(text, demo_lab.results / "mg-trpm7-demo") == text, "make pages"
