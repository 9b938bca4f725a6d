"""The desk: each colleague's day, the queues of the teams, and maps to review. Begin with `day`."""
