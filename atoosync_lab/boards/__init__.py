"""Floor 7: queries and pages of the dashboards."""
