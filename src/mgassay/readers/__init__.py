"""Readers: an experiment folder, raw exports and images in; what they say, and what is wrong with them, out."""
