"""Invoices and credit notes: numbered without gaps, frozen as they are issued, set as PDF."""
