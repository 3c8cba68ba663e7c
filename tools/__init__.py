"""What serves those who develop the shop: the Stripe sandbox, measurements, scripts of `make`."""
