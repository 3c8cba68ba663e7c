"""The drill: shoppers buy while every part of the shop is killed, or made silent, in turn."""
