"""Pages for people, rendered without scripts."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from graphsim.clock import graph_time
from graphsim.state import State

HERE = Path(__file__).parent
_templates = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True)
_templates.filters["moment"] = lambda seconds: graph_time(seconds)[:16].replace("T", " ")


def render(template: str, state: State, **values: Any) -> str:
    """One page; links in it start with `base`."""
    return _templates.get_template(template).render(base=state.settings.base_url, app=state.settings.app_name, **values)
