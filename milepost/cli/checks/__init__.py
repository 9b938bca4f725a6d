"""The checks of `milepost doctor`, by what they look at; each gives a status, a sentence, and what to do.

They only look: whatever they find is mended by people or by other commands. Begin with `check.py`.
"""
