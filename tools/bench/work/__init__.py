"""Work without a page: what is written much at once, and each round of the beat.

Done on copies of the databases, so that pages are measured in shops that are as they were filled.
"""
