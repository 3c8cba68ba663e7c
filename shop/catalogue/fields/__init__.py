"""The fields of a product: their types, what a row of the table says, and the table."""
