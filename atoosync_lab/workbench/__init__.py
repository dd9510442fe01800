"""Floor 7: pages of the notebooks."""
