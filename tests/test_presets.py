"""Files of our own: read whole or not at all."""

import pytest
from pydantic import Field

from mgassay.errors import ContractError
from mgassay.presets import RESOURCES, Named, Part, presets_in


class Tube(Part):
    volume_uL: tuple[float, float]
    label: str = ""


class Rack(Named):
    tube: list[Tube] = Field(min_length=1)


def test_files_come_by_name_with_lists_as_pairs_and_whole_numbers_as_any(tmp_path):
    (tmp_path / "b.toml").write_text('id = "b"\n[[tube]]\nvolume_uL = [1, 2]\n')
    (tmp_path / "a.toml").write_text('id = "a"\n[[tube]]\nvolume_uL = [0.5, 2]\nlabel = "x"\n')
    found = presets_in(tmp_path, Rack)
    assert list(found) == ["a", "b"]
    assert found["b"].tube[0].volume_uL == (1.0, 2.0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('id = "rack"\n', "rack.toml: 1 validation error"),
        ('id = "rack"\ncolour = "red"\n[[tube]]\nvolume_uL = [1, 2]\n', "colour"),
        ('id = "other"\n[[tube]]\nvolume_uL = [1, 2]\n', "rack.toml: its id is 'other'"),
        ("id = \n", "rack.toml: Invalid value"),
    ],
)
def test_a_file_that_is_none_of_its_kind_is_our_mistake(tmp_path, content, said):
    (tmp_path / "rack.toml").write_text(content)
    with pytest.raises(ContractError, match=said):
        presets_in(tmp_path, Rack)


def test_no_folder_holds_nothing():
    assert presets_in(RESOURCES / "no such folder", Rack) == {}
