"""Arrays -> estimates, intervals and sets: what knows nothing of experiments."""
