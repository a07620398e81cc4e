"""Whole sets of photos with their truth."""
