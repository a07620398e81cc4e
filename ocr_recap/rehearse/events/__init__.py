"""What may go wrong in a rehearsal: one class for each kind of event."""
