"""Invoices and credit notes at the organizers' desk, fiscal numbers, and rules of tax."""
