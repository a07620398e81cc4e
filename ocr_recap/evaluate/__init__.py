"""How often is a reader right, how often wrong, and how often wrong without saying so?

Imports the core, never the reverse.

truth and results -> judgement (every number once) -> figures (plain JSON) -> text, report
"""
