"""Standard curves: shapes, the fit and its inverse, the choice among them."""
