"""Finds a page by its ruled lines alone."""
