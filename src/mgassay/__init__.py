"""mgassay: separate what Mg2+ does outside a smooth muscle cell from what it does inside."""

__version__ = "0.1.0"
