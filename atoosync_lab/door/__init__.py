"""The front door: where the shops' webhooks arrive (SHOP-12, SEC-02)."""
