"""Festivals and prices: slots, nominations, deals, promotions, and what something costs when.

Here: the plan of a festival, who joins, regular prices, the price at an instant, and what is held.
Not here: what was bought (orders), and how a festival went (reports).
"""
