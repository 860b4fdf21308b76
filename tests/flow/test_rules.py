"""GET /v1/rules, and the pages that ruleUrl opens."""

import json
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from publicist.kit.links import rule_url
from publicist.preflight.render import slug
from publicist.services.rules import entries
from tests.support.served import Served, serving


def test_the_catalogue_needs_no_key_and_is_the_packaged_file(served: Served) -> None:
    listed = served.http.get(f"{served.url}/v1/rules").json()
    packaged = json.loads(resources.files("publicist").joinpath("rules.json").read_text())
    for rule in listed["data"]:
        assert rule["ruleUrl"].startswith(served.url)
        rule["ruleUrl"] = rule["ruleUrl"].removeprefix(served.url)
    assert listed == packaged


def test_one_rule_is_found_by_the_id_that_violations_name(served: Served) -> None:
    rule = served.http.get(f"{served.url}/v1/rules/instagram.media.aspect_ratio").json()
    assert (rule["severity"], rule["raised"], rule["platforms"]) == ("error", "preflight", ["instagram"])
    assert (rule["limit"], rule["unit"], rule["path"]) == ([0.8, 1.91], "width divided by height", "/media/0")
    assert "3000 x 1000" in rule["message"]
    assert rule["failing"]["account"] == rule["passing"]["account"] == {"platform": "instagram"}
    assert rule["source"].startswith("Meta: ")
    later = served.http.get(f"{served.url}/v1/rules/publish.unconfirmed").json()
    assert (later["raised"], later["severity"], later["failing"]) == ("later", None, None)
    assert later["platforms"] == ["facebook", "instagram"]


def test_a_limit_that_is_a_setting_is_told_as_it_is_set(tmp_path: Path) -> None:
    with serving(tmp_path / "data", env={"PUBLICIST_FACEBOOK_PHOTO_MAX_BYTES": "9000000"}) as running:
        rule = running.http.get(f"{running.url}/v1/rules/facebook.media.image_size_max").json()
    assert (rule["limit"], rule["setting"]) == (9_000_000, "PUBLICIST_FACEBOOK_PHOTO_MAX_BYTES")


def test_a_rule_that_is_not_there_is_named(served: Served) -> None:
    error = served.http.get(f"{served.url}/v1/rules/no.such").json()["error"]
    assert (error["code"], "'no.such'" in error["message"]) == ("not_found", True)
    assert "GET /v1/rules" in error["remediation"]


def test_every_rule_url_opens_the_page_of_that_rule(served: Served) -> None:
    rules = served.http.get(f"{served.url}/v1/rules").json()["data"]
    assert len(rules) > 40
    for rule in rules:
        page = served.http.get(rule["ruleUrl"])
        assert page.status_code == 200, rule["id"]
        assert f"<code>{rule['id']}</code>" in page.text
        assert "Verified" in page.text


def test_no_two_rules_share_a_page() -> None:
    ids = [entry.id for entry in entries()]
    assert len({slug(id) for id in ids}) == len(ids)
    assert all(rule_url("", id) == f"/docs/preflight/{slug(id)}" for id in ids)


@pytest.mark.parametrize(
    "field", ["a/b", "a?b", "a#b", "a b", "50%", "caf\N{LATIN SMALL LETTER E WITH ACUTE}", "..", "[x](http://e.org)"]
)
def test_the_rule_url_of_a_made_up_field_opens_too(
    served: Served, account_of: Callable[[str], dict[str, Any]], field: str
) -> None:
    body = {"account": {"platform": "facebook", "id": account_of("facebook")["id"]}, "text": "x", field: 1}
    error = served.post(body).json()["error"]
    assert error["rule"] == field
    page = served.http.get(error["ruleUrl"])
    assert page.status_code == 200
    assert "names a part of the request" in page.text
    assert '<a href="http://e.org' not in page.text
