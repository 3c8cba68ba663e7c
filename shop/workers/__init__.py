"""Who does the queued work: processes that say that they live, and what dead ones left behind."""
