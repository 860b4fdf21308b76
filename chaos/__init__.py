"""Chaos: real processes, real `kill -9`, a strict simulated Meta with seeded faults, and its journal as the judge."""
