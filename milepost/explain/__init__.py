"""A journey in words: sentences for its timeline, what each step waits for, what comes next, and why it is where it is.

Pure: it reads maps, states and entries, and changes nothing; pages and commands only present what it returns. Begin
with `sentences.py` for words, and with `overview.py` for everything about one customer.
"""
