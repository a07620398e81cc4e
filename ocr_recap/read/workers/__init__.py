"""Worker processes that read photos: supervised, limited in time and memory, and replaced when they die."""
