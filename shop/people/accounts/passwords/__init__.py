"""Which passwords are refused: those that are guessed first, and those that were leaked."""
