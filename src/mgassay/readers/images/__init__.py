"""Image files: their pixels, and which well each shows."""
