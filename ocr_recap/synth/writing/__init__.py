"""Handwriting: strokes, pens, hands, and the public digits that some hands write with."""
