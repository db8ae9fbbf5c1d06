"""The effects room."""
