"""One module per family of exports; each offers `READERS`, and nothing else needs to know of it (see `registry`)."""
