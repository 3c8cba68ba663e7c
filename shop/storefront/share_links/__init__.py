"""Short addresses that people share, and what they bring: counted, and nobody is followed."""
