"""The shopper's steps from the cart to the order, and the page of the order afterwards.

Here: forms and pages of delivery, paying and the order; signing in during it.
Not here: what is done when *Pay* is pressed (orders, money).
"""
