"""The model of a form: its pages, fields and rules, and how it is drawn."""
