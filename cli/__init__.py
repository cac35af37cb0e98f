"""The command line: the composition root, the only place with environment, cwd and clock."""
