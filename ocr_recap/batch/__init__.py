"""Batches of photos: inputs, journal, executors, and the publishing of results."""
