"""Keeps the book of customers in step with files that another system writes, in a folder or at an address.

Nobody's journey ends here: customers who vanish from the book are listed. Begin with `run`, and with `books`, the
service that commands and the API call.
"""
