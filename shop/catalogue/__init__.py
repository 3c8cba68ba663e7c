"""What is sold and how it gets to the shopper: products, variants, units in stock, delivery.

Here: descriptions, options, sessions of experiences, counters of units, zones and rates.
Not here: what something costs (festivals), and how it is found (storefront).
"""
