"""Dashboards: what they read, show and refuse."""
