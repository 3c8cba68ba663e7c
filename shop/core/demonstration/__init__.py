"""A demonstration that strangers may use: all that they wrote is deleted after a while."""
