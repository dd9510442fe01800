"""Measurements: `make bench [NAME=...]`."""
