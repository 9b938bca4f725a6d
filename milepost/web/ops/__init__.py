"""Pages of operations: the list of customers, one customer, the outbox and the published maps."""
