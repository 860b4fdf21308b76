"""Facebook Pages."""

from publicist.meta.graph import perform
from publicist.meta.hosts import LIVE_HOSTS
from publicist.meta.known_errors import KNOWN_ERRORS
from publicist.meta.platform_versions import GRAPH_VERSIONS
from publicist.platforms.facebook.connect import CONNECTOR, NONE_FOUND, discover
from publicist.platforms.facebook.images import image_limits
from publicist.platforms.facebook.options import FacebookOptions
from publicist.platforms.facebook.publish import decide
from publicist.platforms.facebook.rehearsal import answer
from publicist.platforms.facebook.rules import NOTES, RULES
from publicist.platforms.facebook.verdicts import NOTES as VERDICT_NOTES
from publicist.platforms.manifest import Platform

PLATFORM = Platform(
    name="facebook",
    title="Facebook Pages",
    family="meta",
    hosts=LIVE_HOSTS,
    options_model=FacebookOptions,
    image_limits=image_limits,
    rules=RULES,
    notes=(*NOTES, *VERDICT_NOTES.values()),
    errors=KNOWN_ERRORS,
    versions=GRAPH_VERSIONS,
    decide=decide,
    answer=answer,
    perform=perform,
    discover=discover,
    none_found=NONE_FOUND,
    connector=CONNECTOR,
)
