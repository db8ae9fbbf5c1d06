"""How plates behaved: scatter, position, curves, and all plates over time."""
