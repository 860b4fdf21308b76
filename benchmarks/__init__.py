"""Benchmarks: each module has `run()`, which measures against a baseline in the same run and returns plain data."""
