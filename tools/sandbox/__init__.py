"""A payment provider in one small process: it speaks Stripe's protocol and moves no money.

The shop talks to it through the official SDK, over HTTP, exactly as it talks to Stripe. It knows
nothing of the shop, and the shop never imports it. See docs/reference/sandbox.md.
"""
