"""Presets of image names: every name that was seen, against every preset."""

import importlib.util
import re
from pathlib import Path

import pytest

from mgassay.errors import ContractError
from mgassay.readers.images.name_presets import PLAIN, name_presets
from mgassay.readers.images.names import named_by_patterns, well_and_field

EXAMPLES = [
    pytest.param(preset, example, id=f"{preset.id}: {example.name}")
    for preset in name_presets().values()
    for form in preset.form
    for example in form.examples
]


def test_the_programs_that_were_asked_for_are_there():
    assert set(name_presets()) == {"plain", "incucyte", "imagexpress", "cytation", "evos", "zen"}


@pytest.mark.parametrize(("preset", "example"), EXAMPLES)
def test_every_name_is_read_as_it_says(preset, example):
    if preset.id == PLAIN:
        assert well_and_field(example.name, "ARS1", {example.well})[:2] == (example.well, example.field)
        return
    named = named_by_patterns(preset.patterns, example.name)
    version = {v: text for v in ("time", "z", "channel", "step") if (text := getattr(example, v))}
    assert (named.well, named.field, named.plate) == (example.well, example.field, example.plate)
    assert dict(named.version) == version


@pytest.mark.parametrize(("preset", "example"), EXAMPLES)
def test_no_other_preset_reads_it(preset, example):
    reading = {p.id for p in name_presets().values() if any(re.search(x, example.name) for x in p.patterns)}
    assert reading == {preset.id} - {PLAIN}


@pytest.mark.parametrize("preset", name_presets().values(), ids=lambda preset: preset.id)
def test_a_source_can_be_opened_or_says_why_not(preset):
    assert all(bool(s.address) != bool(s.why) or preset.id == PLAIN for s in preset.sources.values())
    assert all(s.address.startswith("https://") for s in preset.sources.values() if s.address)


GOOD = """
id = "zen"
program = "ZEN"
notes = ""
sources = { s = { title = "T" } }
[[form]]
pattern = "_(?P<well>[A-H][0-9]+)"
examples = [{ name = "x_A1", well = "A1", source = "s" }]
"""


@pytest.mark.parametrize(
    ("text", "other", "reason"),
    [
        ('"zen"', '"other"', "its id is"),
        ('"zen"', "3", "string"),
        ("[A-H][0-9]+", "([A-H]+)+", "repeats"),
        ('pattern = "_(?P<well>[A-H][0-9]+)"', "", "no pattern"),
        ('source = "s"', 'source = "t"', "name the sources"),
        ("notes", "note", "Extra inputs"),
        ("[[form]]", "[[form", "invalid|Expected"),
    ],
)
def test_a_preset_that_does_not_hold_together_is_our_bug(tmp_path, text, other, reason):
    (tmp_path / "zen.toml").write_text(GOOD)
    assert set(name_presets(tmp_path)) == {"zen"}
    name_presets.cache_clear()
    (tmp_path / "zen.toml").write_text(GOOD.replace(text, other))
    with pytest.raises(ContractError, match=reason):
        name_presets(tmp_path)


def test_where_no_presets_are_installed_there_are_none(tmp_path):
    assert name_presets(tmp_path) == {}


def test_the_page_shows_the_presets_as_they_are():
    script = Path(__file__).parents[3] / "docs" / "alizarin.py"
    spec = importlib.util.spec_from_file_location("alizarin_page", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.page() == module.PAGE.read_text(encoding="utf-8"), "run docs/alizarin.py"
