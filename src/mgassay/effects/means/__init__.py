"""Amounts -> one log mean per readout, condition and donor, its background subtracted."""
