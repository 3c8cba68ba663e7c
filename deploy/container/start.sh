#!/bin/sh
# Begins a process of the shop in a container: with an empty folder for its figures, and as itself,
# so that it hears when it is told to end.
set -eu
mkdir -p "$PROMETHEUS_MULTIPROC_DIR"
rm -f "$PROMETHEUS_MULTIPROC_DIR"/*.db
exec "$@"
