"""Floor 4: desired and actual as SQL over two captures, the difference as a plan, and the reasons."""
