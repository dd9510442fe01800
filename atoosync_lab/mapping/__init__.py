"""Floor 2: pure functions, from one side's records to what the other side gets. No HTTP, no engine."""
