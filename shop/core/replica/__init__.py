"""Reads that may be late: a copy of the database answers them, so that the till has the first."""
