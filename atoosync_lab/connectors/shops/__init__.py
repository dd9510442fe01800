"""Connectors to web shops."""
