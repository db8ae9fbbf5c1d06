"""Experiments beside each other: what each says of a share, and what all say together."""
