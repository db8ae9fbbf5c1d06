"""Wells to amounts by standard curve; images to stained area; Cq to relative expression."""
