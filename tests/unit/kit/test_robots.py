"""robots.txt as RFC 9309 reads it."""

import pytest

from publicist.kit.robots import blocking_line

_ME = "facebookexternalhit"


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("", "/a.jpg", None),
        ("User-agent: *\nDisallow:", "/a.jpg", None),
        ("User-agent: *\nDisallow: /", "/a.jpg", "Disallow: /"),
        ("User-agent: *\nDisallow: /", "/robots.txt", None),
        ("User-agent: googlebot\nDisallow: /", "/a.jpg", None),
        ("User-agent: FacebookExternalHit\nDisallow: /", "/a.jpg", "Disallow: /"),
        ("User-agent: facebookexternalhit/1.1\nDisallow: /", "/a.jpg", "Disallow: /"),
        ("User-agent: facebook\nDisallow: /", "/a.jpg", None),
        ("User-agent: *\nDisallow: /\n\nUser-agent: facebookexternalhit\nAllow: /", "/a.jpg", None),
        ("User-agent: facebookexternalhit\nUser-agent: x\nDisallow: /p\n", "/p/a.jpg", "Disallow: /p"),
        ("User-agent: facebookexternalhit\nDisallow: /a\n\nUser-agent: *\nDisallow: /b", "/b", None),
        (
            "User-agent: facebookexternalhit\nDisallow: /a\n\nUser-agent: facebookexternalhit\nDisallow: /b",
            "/b",
            "Disallow: /b",
        ),
        ("User-agent: *\nDisallow: /p\nAllow: /p/open", "/p/open/a.jpg", None),
        ("User-agent: *\nAllow: /p\nDisallow: /p", "/p", None),
        ("User-agent: *\nDisallow: /p/closed\nAllow: /p", "/p/closed/a", "Disallow: /p/closed"),
        ("User-agent: *\nDisallow: /*.jpg", "/x/a.jpg?v=1", "Disallow: /*.jpg"),
        ("User-agent: *\nDisallow: /*.jpg$", "/x/a.jpg?v=1", None),
        ("User-agent: *\nDisallow: /*.jpg$", "/x.jpg/a.jpg", "Disallow: /*.jpg$"),
        ("User-agent: *\nDisallow: /a*b*c", "/a1b2c3", "Disallow: /a*b*c"),
        ("User-agent: *\nDisallow: /a*b*c", "/a1c2b3", None),
        ("User-agent: *\nDisallow: /*?token=", "/a?token=1", "Disallow: /*?token="),
        ("User-agent: *\nDisallow: /f%6Fo", "/foo/a", "Disallow: /f%6Fo"),
        ("User-agent: *\nDisallow: /ä", "/%C3%A4/a", "Disallow: /ä"),
        ("user-AGENT : *\r\nDISALLOW : /p # why not\r\n", "/p", "Disallow: /p"),
        ("\ufeffUser-agent: *\nDisallow: /p", "/p", "Disallow: /p"),
        ("Disallow: /\nUser-agent: *\nCrawl-delay: 1\nDisallow: /p", "/a", None),
        ("<html>nothing of the sort</html>", "/a", None),
        ("User-agent: *\nDisallow: $", "/a", None),
        ("User-agent: *\nDisallow: *", "/a", "Disallow: *"),
    ],
)
def test_the_longest_matching_line_of_the_right_group_decides(text: str, path: str, expected: str | None) -> None:
    assert blocking_line(text, _ME, path) == expected


def test_a_hostile_pattern_costs_no_more_than_its_length() -> None:
    text = "User-agent: *\nDisallow: /" + "*a" * 20_000 + "b$"
    assert blocking_line(text, _ME, "/" + "a" * 50_000) is None
