"""Proposes a template from the picture of a blank sheet."""
