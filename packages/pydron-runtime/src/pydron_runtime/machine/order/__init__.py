"""Program order: frames and their entries, claims on objects, the undo log, and what counts when."""
