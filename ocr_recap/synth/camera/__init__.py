"""Paper, light, lens and sensor: a filled page as a phone sees it."""
