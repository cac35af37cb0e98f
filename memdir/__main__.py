"""`python -m memdir`: the command line."""

from memdir.cli.main import run

run()
