"""The rehearsal: a sample book of customers, and a cast that plays them and their colleagues through the public API."""
