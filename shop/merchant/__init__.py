"""What merchants do: their dashboard, spreadsheets, changes to products, lessons, applications.

Here: pages under /merchant/, /apply/ and /report/, and what they change.
Not here: what organizers do about it in Wagtail (cms).
"""
