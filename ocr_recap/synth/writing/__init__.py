"""Handwriting: strokes, pens, hands, and the public digit sets of some hands."""
