"""Servers that behave like the systems of the trade, for tests, demonstrations and training; they import nothing of
the product.
"""
