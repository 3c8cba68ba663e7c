"""The newer half of Stripe's API: recipients, their bank accounts, and money sent to them.

It takes and gives JSON, pages by address, names its moments as texts, and treats idempotency keys
differently. See docs/reference/sandbox.md.
"""
