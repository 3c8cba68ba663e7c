"""Payouts that the provider sends: recipients, money sent and funded, messages, what is stuck."""
