"""What is seen before buying: pages, search, lists, feeds for other channels, the queue.

Here: everything a visitor reads, and the rows from which lists and search are answered.
Not here: cart and order (orders), and the steps of paying (checkout).
"""
