"""What `milepost up` shows while it runs, and where the programs' own output goes.

Begin with `watcher.py`. Nothing here starts or stops a program: that is `cli/launch/`.
"""
