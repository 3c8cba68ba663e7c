"""What people report about products and stores, how it is decided, and how one objects.

The steps are those of the EU's Digital Services Act: a report with its reason and who gives it
(article 16), a decision with its reasons (17), and an objection that somebody else reads (20).
"""
