"""Running the shop over the years: how long data is kept, and what is erased.

Here: retention, the export of a person's data, erasing a person.
Not here: commands. Django looks for them in shop/management, which calls all floors.
"""
