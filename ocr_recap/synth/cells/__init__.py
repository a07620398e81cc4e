"""Unlimited streams of labelled cells for training."""
