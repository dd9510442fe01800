"""Sandbox of Shopify's Admin GraphQL API: a shop with products, stock, customers and orders, on this machine alone.

`python -m atoosync_lab.sandbox.shopify --state DIR` serves it; `seed` fills it without HTTP; `facts` says what is known
of the real service and from where.
"""
