"""django-oscar with the sample's products, to be measured beside the shop.

``settings``, ``urls``, ``wsgi``, ``listing``, ``filling`` and ``pictures`` run in oscar's own
environment and know nothing of ours; the other modules run in the harness.
"""
