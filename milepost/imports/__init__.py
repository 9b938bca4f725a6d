"""Customers from outside: CSV files read row by row, cells parsed, and every record checked against the maps.

It reads and judges; it saves nothing (`milepost.intake.customers` does). Begin with `csv_book.read_book` for files and
`customer_checks.check_customer` for the one validator of records, whichever way they come in.
"""
