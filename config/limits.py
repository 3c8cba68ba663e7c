"""The limits that keep openings fair until organizers set them at their desk."""

import os
import sys

from config.threads import threads_of_web

MOST_OPEN_ORDERS = int(os.environ.get("MOST_OPEN_ORDERS") or 3)  # unpaid, of one e-mail address
GUEST_UNITS = int(os.environ.get("GUEST_UNITS") or 20)  # that an unpaid order of a guest holds
GUEST_SHARE = int(os.environ.get("GUEST_SHARE") or 34)  # % of free units: a network's guests
ACCOUNT_UNITS = int(os.environ.get("ACCOUNT_UNITS") or 100)  # the same of a verified account
ACCOUNT_SHARE = int(os.environ.get("ACCOUNT_SHARE") or 67)
NETWORK_UNITS = int(os.environ.get("NETWORK_UNITS") or 500)  # all unpaid orders of one network
HOLD_MINUTES = int(os.environ.get("HOLD_MINUTES") or 30)  # to pay, where no festival says less
LEAST_HOLD_MINUTES = int(os.environ.get("LEAST_HOLD_MINUTES") or 5)  # after unpaid orders
FLASH_HOLD_MINUTES = int(os.environ.get("FLASH_HOLD_MINUTES") or 10)  # in new flash slots
VOUCHER_TRIES = int(os.environ.get("VOUCHER_TRIES") or 10)  # codes that nobody made, in 10 minutes
VOUCHER_TRIES_OF_NETWORK = int(os.environ.get("VOUCHER_TRIES_OF_NETWORK") or 60)  # of its guests
WEB_THREADS = threads_of_web(sys.argv, os.environ)  # of one process of the web server
# In work in a process; 0: no queue. One thread is left for pages, whatever the checkout waits for.
QUEUE_AT_ONCE = int(os.environ.get("QUEUE_AT_ONCE") or WEB_THREADS - 1)
QUEUE_LENGTH = int(os.environ.get("QUEUE_LENGTH") or 500)  # people who may wait
