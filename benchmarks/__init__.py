"""Benchmarks: figures side by side, in one run on one core. They inform; no test asserts them."""
