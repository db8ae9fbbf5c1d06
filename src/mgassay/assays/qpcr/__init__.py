"""Cq to relative expression."""
