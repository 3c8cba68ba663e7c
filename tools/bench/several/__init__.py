"""Loses every machine of several in turn while people buy: the example of deploy/several, run."""
