"""Publicist: the self-hosted publishing API for Facebook Pages and Instagram Business."""

__version__ = "0.1.0"
