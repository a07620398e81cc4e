"""The pipeline for one photo, the library's `Reader`, and `check`."""
