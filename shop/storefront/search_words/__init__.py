"""The words that organizers keep for the search: meanings, synonyms, searches without results."""
