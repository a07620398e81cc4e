"""Frozen models of what is known of a photo, a number and a document; grouping, and the log of decisions."""
