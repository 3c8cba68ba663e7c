"""How long what is known of people is kept, and how a person is erased at once."""
