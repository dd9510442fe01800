"""A server that behaves like EBP Gestion Commerciale SaaS: sign-in, reading, imports, exports, limits and faults.

What it imitates is public knowledge about the API plus this project's stated assumptions (see docs/ebp-import.md).
It shares no code with the product's connector.
"""
