"""Which version of Baobab this is; docs/releases/ has its notes."""

VERSION = "1.0"
