"""Evaluates a reader against truth: accuracy, calibration, and silent errors with exact bounds.

Imports the core, never the reverse.

truth and results -> judgement (every number once) -> figures (plain JSON) -> text, report
"""
