"""The workers of the queue: processes that say that they live, and tasks of dead ones."""
