"""Floor 2: the contract of connectors, the one HTTP client, and a folder a system."""
