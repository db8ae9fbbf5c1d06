"""Fields of which several versions are there: times, focal planes, channels, steps of processing."""

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.images.names import Named
from mgassay.readers.images.versions import shown_once

RAW = RawFile(file="images", assay="alizarin_image", plate="P1", layout="ars")


@pytest.fixture
def problems():
    return Problems()


def test_each_field_once_is_kept(problems):
    shown = {"a": Named("A1", "1"), "b": Named("A1", "2"), "c": Named("B3", "1")}
    assert shown_once(RAW, shown, problems) == {"a", "b", "c"}
    assert list(problems) == []


def test_several_times_of_a_field_are_refused_together(problems):
    shown = {
        "x/A1_0h": Named("A1", "1", version={"time": "0h"}),
        "x/A1_3h": Named("A1", "1", version={"time": "3h"}),
        "x/A2_0h": Named("A2", "1", version={"time": "0h"}),
        "x/A2_3h": Named("A2", "1", version={"time": "3h"}),
        "x/B3_3h": Named("B3", "1", version={"time": "3h"}),
    }
    assert shown_once(RAW, shown, problems) == {"x/B3_3h"}
    (found,) = problems
    assert (found.code, found.severity, found.place, found.seen) == ("MG274", "error", "A1–A2", "2")
    assert "differ in time (A1_0h and A1_3h)" in found.message


def test_planes_and_channels_are_named_as_such(problems):
    shown = {
        "a": Named("A1", "1", version={"z": "0", "channel": "0"}),
        "b": Named("A1", "1", version={"z": "1", "channel": "1"}),
    }
    assert shown_once(RAW, shown, problems) == set()
    assert "differ in focal plane and channel" in next(iter(problems)).message


def test_a_version_that_only_one_name_says_is_a_difference(problems):
    shown = {"a": Named("A1", "1"), "b": Named("A1", "1", version={"step": "-1"})}
    assert shown_once(RAW, shown, problems) == set()
    assert [p.code for p in problems] == ["MG274"]


def test_images_that_nothing_tells_apart_are_kept_with_a_warning(problems):
    shown = {"a": Named("A1", "1"), "b": Named("A1", "1")}
    assert shown_once(RAW, shown, problems) == {"a", "b"}
    assert [(p.code, p.severity, p.place) for p in problems] == [("MG264", "warning", "b")]


def test_wells_at_different_times_are_odd(problems):
    shown = {"a": Named("A1", version={"time": "0h"}), "b": Named("A2", version={"time": "3h"})}
    assert shown_once(RAW, shown, problems) == {"a", "b"}
    assert [(p.code, p.severity, p.seen) for p in problems] == [("MG276", "warning", "time 0h, time 3h")]
