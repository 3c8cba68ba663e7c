"""Headers of every answer that are the same wherever the shop runs."""

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # with "no-referrer" the Origin header would say null
X_FRAME_OPTIONS = "DENY"
# What no page of ours asks of a device; for a passkey our own pages ask, and no frame in them.
PERMISSIONS_POLICY = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=(), "
    "publickey-credentials-create=(self), publickey-credentials-get=(self)"
)
