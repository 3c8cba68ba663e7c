"""Money in and out: payments, refunds, returns, the ledger, payouts, and what people must decide.

Here: the only door to Stripe, the books, settlements with stores, and questions about money.
Not here: prices (festivals), and the nightly comparison of the books (reports).
"""
