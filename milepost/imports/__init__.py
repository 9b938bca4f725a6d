"""Customers from outside: files read row by row, cells parsed, and every record checked against the maps.

It reads and judges; it saves nothing (`milepost.intake.customers` does). Begin with `customer_book` for files,
`mapping` for what their columns mean, and `customer_checks.check_customer` for the one validator of records.
"""
