"""The forecast of a book: simulates every customer's journey and counts the work, by role and week.

It plays nobody's real journey and reads no database. Begin with `runs.count_journeys`, which simulates a part of the
book, and `report.build_report`, which makes figures of what it counted; `picture` draws them.
"""
