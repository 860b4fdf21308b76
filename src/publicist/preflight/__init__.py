"""Preflight: what a platform would refuse, caught before it sees it. The rules live with the platforms."""
