"""Where lessons are answered: one's own pages beside those that are the same for everyone."""
