"""Fits a page to its ruled lines, flat or not."""
