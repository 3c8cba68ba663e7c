"""PostgreSQL as Django speaks to it, without a question before every request."""
