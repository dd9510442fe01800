"""Floor 2: pure functions of the mapping: texts, filters, taxes, references, stock, prices. No HTTP, no SQL engine."""
