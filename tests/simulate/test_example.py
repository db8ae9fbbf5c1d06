"""The example that a lab starts from is complete, the same each time, and gives no truth away."""

from mgassay.simulate.example import choices_of, example_experiment


def test_the_example_is_a_whole_folder_without_its_truth():
    made = example_experiment("lab-1")
    assert {"experiment.toml", "conditions.csv", "files.csv", "samples.csv"} <= set(made)
    assert not [name for name in made if "truth" in name]
    assert b"lab-1" in made["experiment.toml"]
    for listed in made["files.csv"].decode().splitlines()[1:]:
        raw = listed.split(",")[0]
        assert any(name == raw or name.startswith(f"{raw}/") for name in made), raw


def test_the_example_is_the_same_each_time():
    assert example_experiment("lab-1") == example_experiment("lab-1")


def test_only_what_the_contract_closes_is_closed():
    closed = {column for (_, column), choice in choices_of(["gen5"]).items() if choice.closed}
    assert closed == {"cells", "assay", "reader", "role"}
