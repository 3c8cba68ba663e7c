"""The sample: a hundred stores, four festivals and their pictures, to try the shop with."""
