"""Plain data and pure transitions: no I/O, no framework."""
