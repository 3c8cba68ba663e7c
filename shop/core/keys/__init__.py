"""The shop's own keys, and links that outlive them."""
