"""The prices at an instant: pure computation on frozen values, no database, no clock."""
