"""Floor 1: what pages are made of, for notebooks and dashboards alike: one widget, tokens, icons, words, formats."""
