"""How it went and how it goes: figures of festivals, reconciliation, health, incidents.

Here: what reads all floors below and adds up, compares or warns.
Not here: the pages on which organizers read it (cms).
"""
