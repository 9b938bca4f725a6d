"""Candidates: a map's folder that somebody sends to a page, or a published version, looked at before it counts.

Not here: publishing (`milepost.intake.publication`) and rollouts (`milepost.intake.rollouts`), which this ends in.
Begin with `candidates`; what runs in processes of its own is in `check_program` and `move_program`.
"""
