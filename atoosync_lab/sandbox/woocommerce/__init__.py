"""A shop that answers as WooCommerce's REST API v3 does: for tests, demonstrations and measurements without a shop.

Start it with `python -m atoosync_lab.sandbox.woocommerce --state DIR`; its routes are below `/wp-json/wc/v3/`, those of
its administration below `/_admin/` (see `admin`).
"""
