"""What was chosen and bought: cart, order, tickets, invoices, reminders, messages about an order.

Here: the frozen lines of an order, its states, shipping, and its documents.
Not here: the money itself (money), and the pages of paying (checkout).
"""
