"""`python -m memdir`: the command line."""

from memdir.cli.start import run

run()
