"""Stations to areas: statements, sums, the plenary session, comparisons, audits, open data."""
