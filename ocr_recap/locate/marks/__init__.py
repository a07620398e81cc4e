"""Finds a page by its tag and corner marks."""
