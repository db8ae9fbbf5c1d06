"""Speed and memory as ratios of one run (`make bench`)."""
