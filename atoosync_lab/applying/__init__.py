"""Floor 5: from a plan to batches: the only place that writes to a shop or an ERP."""
