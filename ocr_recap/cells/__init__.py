"""A located page to patches, and patches to evidence: digits, bubbles, tally marks, row totals, alterations."""
