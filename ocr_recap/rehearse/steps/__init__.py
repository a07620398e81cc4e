"""The steps of a rehearsed night, one module each."""
