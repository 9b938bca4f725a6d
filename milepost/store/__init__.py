"""The database: tables, migrations, and one small module for each subject (customers, journeys, tasks, facts ...).

Only SQL and plain functions on rows: what a journey does next is decided in `milepost.planner`, and what may come in
is checked in `milepost.intake`. Begin with `tables`, then `database` (opening, transactions) and `advance`, which makes
the rows of a journey equal to a plan.
"""
