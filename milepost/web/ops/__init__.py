"""Pages of operations: the list of customers, one customer, the mail and the published maps."""
