"""Mutated media files: whatever is in a file, looking at it ends, with facts, within bounds of time and memory."""
