"""`python -m milepost`: the same as the `milepost` command."""

from milepost.cli.main import main

main()
