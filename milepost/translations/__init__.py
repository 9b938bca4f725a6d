"""The words that customers read, in their language: of pages, forms, errors and the frame of mails; dates and numbers.

What maps say comes from their own files. Begin with `reader`; `languages` says which there are, `catalogues` reads one.
"""
