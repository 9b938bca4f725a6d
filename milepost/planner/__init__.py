"""The rules of a journey: `plan(compiled map, state, facts, now)`, a pure function over frozen data.

It knows no clock, no database, no Temporal and no chance; those who ask a question without planning make a `Situation`.
Begin with `plan.py`, then `state.py` and `fixpoint.py`.
"""
