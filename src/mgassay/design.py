"""Conditions -> blocks, arms and backgrounds."""
