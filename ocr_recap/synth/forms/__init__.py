"""What stations count and clerks write, and pages filled in with it."""
