"""The docs for programs that read: what the list promises is there, and the one file leaves nothing out."""

import re

from publicist.api import handbook
from publicist.domain.events import EVENT_TYPES
from publicist.kit.errors import ERRORS
from publicist.kit.settings import Settings
from publicist.services.rules import entries
from tests.support.served import Served

LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


def text_of(served: Served, path: str) -> str:
    reply = served.http.get(served.url + path)
    assert reply.status_code == 200, path
    assert reply.headers["content-type"].startswith("text/markdown"), path
    return str(reply.text)


def test_the_list_has_the_form_of_llmstxt_and_every_link_leads_somewhere(served: Served) -> None:
    text = text_of(served, "/llms.txt")
    assert text.startswith("# Publicist\n\n> ")
    assert re.findall(r"^## (.+)$", text, re.M) == ["Docs", "Data", "Optional"]
    links = LINK.findall(text)
    assert len(links) > 8
    for words, url in links:
        assert url.startswith(served.url), url
        assert served.http.get(url).status_code == 200, words


def test_every_page_is_served_for_people_and_for_programs(served: Served) -> None:
    for page in handbook.PAGES:
        assert text_of(served, f"/docs/{page.name}.md").startswith("# ")
        seen = served.http.get(f"{served.url}/docs/{page.name}")
        assert (seen.status_code, seen.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert served.http.get(served.url + "/docs/nothing").status_code == 404
    assert served.http.get(served.url + "/docs/nothing.md").json()["error"]["code"] == "not_found"


def test_the_one_file_holds_every_route_rule_error_event_and_setting(served: Served) -> None:
    text = text_of(served, "/llms-full.txt")
    spec = served.http.get(served.url + "/openapi.json").json()
    for path, item in spec["paths"].items():
        for method in item:
            assert f"`{method.upper()} {path}`" in text
    for name in [
        *(entry.id for entry in entries()),
        *(error.code for error in ERRORS),
        *EVENT_TYPES,
        *(f"PUBLICIST_{name.upper()}" for name in Settings.model_fields),
    ]:
        assert f"`{name}`" in text or f"# {name}" in text, name


def test_links_inside_the_docs_lead_to_pages_of_this_server(served: Served) -> None:
    links = {url for _, url in LINK.findall(text_of(served, "/llms-full.txt"))}
    own = sorted(url.partition("#")[0] for url in links if url.startswith("/"))
    assert len(own) > 50
    for url in own:
        assert served.http.get(served.url + url).status_code == 200, url
    assert [url for url in links if not url.startswith(("/", "http"))] == []
