"""Measures how fast the shop is, beside what this machine and the framework allow.

``python -m tools.bench`` or ``make bench``. To read the outcome: docs/reference/performance.md.
Nothing imports this package. No test measures anything; tests/bench hold what needs no measuring.
"""
