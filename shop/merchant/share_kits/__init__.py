"""The share kit: pictures, a poster and words that a store shares, and what its links bring."""
