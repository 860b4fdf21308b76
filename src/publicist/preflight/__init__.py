"""Preflight: what a platform would refuse, caught before it sees it. The mechanism; the rules live with the platforms."""
