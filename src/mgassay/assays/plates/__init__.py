"""Plates: wells to amounts, each plate by its own curve or rule."""
