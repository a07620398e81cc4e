"""Processes that read for somebody and may die: supervised, limited, replaced."""
