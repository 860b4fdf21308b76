"""Addresses that callers send."""

import pytest

from publicist.kit.links import http_url


@pytest.mark.parametrize("text", ["", "example.com", "/path", "ftp://a.example", "http://", "http://[", "https://[::1"])
def test_what_is_no_web_address_is_none_and_never_an_exception(text: str) -> None:
    assert http_url(text) is None


def test_a_web_address_has_its_parts() -> None:
    found = http_url("https://example.com:8080/a?b=c")
    assert found is not None
    assert (found.scheme, found.netloc, found.path) == ("https", "example.com:8080", "/a")
