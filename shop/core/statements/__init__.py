"""Statements for the hottest paths: compiled once, planned once."""
