"""Effects of genes: total, at matched mineral, adjusted; how strong a confounder would have to be."""
