"""A template proposed from a blank sheet."""
