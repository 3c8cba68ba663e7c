"""Measures how fast the shop is, beside what this machine and the framework allow.

``python -m bench`` or ``make bench``; docs/reference/performance.md says how to read the outcome.
Nothing imports this package. No test measures anything; tests/bench hold what needs no measuring.
"""
