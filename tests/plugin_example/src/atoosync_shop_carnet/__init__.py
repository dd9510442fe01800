"""Carnet shops for atoosync_lab."""
