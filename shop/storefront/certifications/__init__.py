"""Certificates of stores: named by a store, counted once somebody has seen the paper."""
