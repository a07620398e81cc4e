"""Witnesses: patches to evidence, nothing else. None of them knows rules or decides anything."""
