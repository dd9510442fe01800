"""Floor 0: the pivot records, errors, texts and ports that every other room may use."""
