"""Conditions -> what their media hold by mass action alone: free ions, ion pairs, saturation, what a Mg step equals."""
