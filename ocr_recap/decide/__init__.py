"""Posterior over each number from evidence and rules, and its status: accepted, review or blank. No images."""
