"""Durable work: what moves rows forward. Rows hold the truth; the engine only carries keys."""
