"""Evidence and rules to a posterior, and that to accepted, review or blank. Pure arithmetic, no pictures."""
