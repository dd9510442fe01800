"""Floor 6: the registry of flows, run(), notebooks executed by papermill, wiring of connectors and store."""
