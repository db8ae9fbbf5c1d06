"""A lab in silico: from a known truth to the raw files that instruments would have exported.

It knows no reader, assay or estimator, so that they cannot agree with it by construction.
"""

from mgassay.simulate.folder import simulate_experiment
from mgassay.simulate.truth import NOISELESS, Noise, Truth

__all__ = ["NOISELESS", "Noise", "Truth", "simulate_experiment"]
