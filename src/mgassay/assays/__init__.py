"""The assays room."""
