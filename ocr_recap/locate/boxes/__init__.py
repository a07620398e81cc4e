"""Starts from two neighbouring digit boxes: local maps from page to photo."""
