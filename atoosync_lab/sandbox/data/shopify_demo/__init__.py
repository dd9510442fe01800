"""The delicatessen of the demonstration as a Shopify shop: the same articles and people, the shop's own amounts."""
