"""A process of its own that tries to sign in five times; says how often it was told to wait."""

import sys

import django

django.setup()

from django.test import Client  # noqa: E402 (needs Django)

browser = Client(SERVER_NAME="localhost", headers={"Sec-Fetch-Site": "same-origin"})
told = 0
for _ in range(5):
    typed = {"login": sys.argv[1], "password": "not-the-password"}
    told += "Too many attempts" in browser.post("/account/login/", typed).content.decode()
sys.stdout.write(str(told))
