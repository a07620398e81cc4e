"""Cells without end, for training."""
