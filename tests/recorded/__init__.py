"""Documents recorded from a known-good version; the refactored code must reproduce them."""
