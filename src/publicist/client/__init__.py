"""A small typed client of the HTTP API. It stands alone: it knows nothing of the server but the wire."""

from publicist.client.client import ApiError, Client

__all__ = ["ApiError", "Client"]
