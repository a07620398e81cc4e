"""The rehearsal of a regency's election, from the first photo to verified minutes."""
