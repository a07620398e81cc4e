"""Which page lies where on a photo."""
