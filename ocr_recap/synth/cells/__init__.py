"""Endless streams of labelled cells, for training."""
