"""Running everything for `milepost up`: Temporal, worker and web application in one terminal.

Begin with `launcher.run`. Keeping a program alive is `milepost/devserver/`; what the terminal shows is `cli/monitor/`.
"""
