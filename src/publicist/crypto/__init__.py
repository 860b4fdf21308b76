"""Secrets: tokens sealed at rest, API keys, signed OAuth states and media URLs."""
