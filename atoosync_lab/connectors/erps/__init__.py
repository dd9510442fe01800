"""Connectors to ERPs."""
