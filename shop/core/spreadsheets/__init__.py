"""Spreadsheets, CSV and XLSX: read from strangers, written for offices that open them."""
