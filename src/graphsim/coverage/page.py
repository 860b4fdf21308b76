"""The coverage page: every thing of the reference, its state, and how sure its source is."""

from starlette.responses import HTMLResponse

from graphsim.coverage.command import counts
from graphsim.coverage.model import CONFIDENCES, sections
from graphsim.html import page
from graphsim.state import State

MEANINGS = {
    "doc": "Meta's own pages say so",
    "spec": "Meta's machine-readable specification",
    "rec": "recorded replies",
    "prod": "error maps of publishers in production",
    "rep": "one report",
    "unconfirmed": "nobody knows; the answer that hurts a careless client most is given",
}
"""What a confidence means."""


def coverage_page(state: State) -> HTMLResponse:
    """`/coverage`."""
    found = sections()
    total = counts(item for section in found for item in section.items)
    shown = [(section, counts(section.items)) for section in found]
    meanings = [(name, MEANINGS[name]) for name in CONFIDENCES]
    return page("coverage.html", state, sections=shown, total=total, meanings=meanings)
