"""The filled-in example that `mgassay init` lays out: a small simulated experiment without its truth."""

from mgassay.simulate.folder import simulate_experiment
from mgassay.simulate.truth import Truth

_SEED = 1


def example_experiment(experiment_id: str) -> dict[str, bytes]:
    """A complete experiment folder of three donors: relative path -> content.

    Every table holds what a lab would fill in, and the exports fit them, so that it can be run as it is and its parts
    replaced one by one. Raises MgassayError for an id that cannot name a folder.
    """
    made = simulate_experiment(Truth(donors=3, image_size=(256, 192)), _SEED, experiment_id)
    return {name: content for name, content in made.items() if not name.startswith("truth")}
