"""Many photos: inputs, journal, workers, and the publishing of results."""
