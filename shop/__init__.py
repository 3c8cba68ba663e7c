"""The shop: one Django app made of small packages whose imports go one way."""
