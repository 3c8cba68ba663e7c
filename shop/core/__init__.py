"""What every floor stands on: time, money, languages, locks, queue, jobs, mail, files.

Here: what knows nothing of stores, products or orders, and could serve another shop.
Not here: anything with a rule of the trade. Nothing in this floor imports another floor.
"""
