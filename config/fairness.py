"""What keeps openings fair until organizers set it at their desk."""

import os

MOST_OPEN_ORDERS = int(os.environ.get("MOST_OPEN_ORDERS") or 3)  # unpaid, of one network or address
HOLD_MINUTES = int(os.environ.get("HOLD_MINUTES") or 30)  # to pay, where no festival says less
FLASH_HOLD_MINUTES = int(os.environ.get("FLASH_HOLD_MINUTES") or 10)  # in new flash slots
VOUCHER_TRIES = int(os.environ.get("VOUCHER_TRIES") or 10)  # codes that nobody made, in 10 minutes
VOUCHER_TRIES_OF_NETWORK = int(os.environ.get("VOUCHER_TRIES_OF_NETWORK") or 60)  # of its guests
QUEUE_AT_ONCE = int(os.environ.get("QUEUE_AT_ONCE") or 0)  # in work in a process; 0: no queue
QUEUE_LENGTH = int(os.environ.get("QUEUE_LENGTH") or 500)  # people who may wait
