"""`python -m memdir`: the command line."""

import sys

from memdir.cli.main import main

sys.exit(main())
