"""Frozen models of a photo, a number and a document; grouping of photos into documents; the log of decisions."""
