"""The look of the company that runs Milepost: its name, its colour and its logo, on customers' pages and in mails.

It knows nothing of pages and mails; they ask for the shades, the name and the file. Begin with `brand.py`.
"""
