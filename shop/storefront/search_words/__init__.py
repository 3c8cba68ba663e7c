"""What organizers keep for the search: meanings and synonyms, and what was looked for in vain."""
