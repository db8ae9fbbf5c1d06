import pytest


def od(r, c):
    return f"{0.05 + 0.1 * r + 0.01 * c:.3f}"


def export(grid, reference="-1", value=od, name=lambda r, c: f"Sample {r}{c}"):
    lights = [["Sample Wavelength (nm)", 562], ["Reference Wavelength (nm)", reference]]
    return [*grid(value), [""], [""], *grid(name), [""], *lights, ["Smart Validation", "Pass", ""]]


def test_the_grid_of_readings_is_read_and_the_names_are_not(read_export, lines, grid):
    frame, problems = read_export("p.csv", lines(export(grid)))
    assert problems == []
    assert frame.set_index("well")["value"]["H12"] == 0.86
    assert frame["wavelength_nm"].unique() == [562.0]


@pytest.mark.parametrize(("reference", "codes"), [("-1", []), ("", []), ("630", ["MG146"])])
def test_a_reference_wavelength_is_a_warning(read_export, lines, grid, reference, codes):
    frame, problems = read_export("p.csv", lines(export(grid, reference)))
    assert [p.code for p in problems] == codes
    assert len(frame) == 96


def test_names_that_are_whole_numbers_are_names(read_export, lines, grid):
    frame, problems = read_export("p.csv", lines(export(grid, name=lambda r, c: 12 * r + c)))
    assert problems == []
    assert frame.set_index("well")["value"]["H12"] == 0.86


def test_a_second_grid_of_readings_is_refused(read_export, lines, grid):
    frame, problems = read_export("p.csv", lines(export(grid, name=lambda r, c: "0.5")))
    assert len(frame) == 0
    assert [p.code for p in problems] == ["MG125"]


def test_no_grid_of_readings_is_refused(read_export, lines, grid):
    assert [p.code for p in read_export("p.csv", lines(export(grid, value=lambda r, c: "")))[1]] == ["MG126"]


def test_decimal_commas_in_a_file_of_commas_are_refused(read_export, lines, grid):
    text = lines(export(grid, value=lambda r, c: f"0,{r}{c:02}"))
    assert [p.code for p in read_export("p.csv", text)[1]] == ["MG124"]


def test_a_row_amid_the_readings_is_refused(read_export, lines, grid):
    rows = export(grid)
    rows.insert(4, ["bubble"])
    assert [(p.code, p.place) for p in read_export("p.csv", lines(rows))[1]] == [("MG168", "line 5")]
