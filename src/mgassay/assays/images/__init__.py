"""Alizarin Red images to stained area."""
