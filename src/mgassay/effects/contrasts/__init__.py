"""Means -> effects: which contrasts the arms allow, and each of them with its interval."""
