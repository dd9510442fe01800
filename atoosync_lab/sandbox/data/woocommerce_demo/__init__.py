"""The delicatessen of the demonstration as a WooCommerce shop: the same articles and people, the shop's own amounts."""
