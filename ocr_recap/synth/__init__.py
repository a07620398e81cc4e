"""Synthetic forms, handwriting and photos, all made by our own code; imports the core, never the reverse."""
