"""Tests of the Graph client."""
