"""The command line: serve, demo, keys, sandbox."""
