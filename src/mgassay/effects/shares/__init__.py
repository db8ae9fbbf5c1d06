"""Means -> shares of the total effect, and what a block leaves of Mg2+ entry."""
