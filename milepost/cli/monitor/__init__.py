"""The output of `milepost up` while it runs, and the log files of the programs that it starts.

Begin with `watcher.py`. Nothing here starts or stops a program: that is `cli/launch/`.
"""
