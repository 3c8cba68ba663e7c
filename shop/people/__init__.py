"""People and the stores that they work for: accounts, sign-in, team members and their roles.

Here: who somebody is, and what that person may do for which store.
Not here: what they write or sell, and how long data about them is kept (operations).
"""
