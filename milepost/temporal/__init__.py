"""Reaching Temporal: connecting, search attributes, and the logs of processes that run on it.

What crosses the connection is in `milepost/wire/`, the embedded server in `milepost/devserver/`. Begin with
`connection.py`.
"""
