"""Input that nobody would send on purpose: what may come of it is a value or a typed error, in bounded time."""
