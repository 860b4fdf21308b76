"""Bytes: fetching them as the crawler does, decoding them, keeping them, serving them."""
