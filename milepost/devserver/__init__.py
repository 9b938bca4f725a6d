"""The embedded server and the programs of `milepost up`: one owner per data folder, restarts, no orphans.

Nothing here knows about journeys, and production doesn't need it: there Temporal and the programs are run by others.
Begin with `server.py` and `supervisor.py`.
"""
