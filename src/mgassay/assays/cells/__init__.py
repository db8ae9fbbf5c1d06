"""Living cells: viability and the Mg2+ inside them."""
