"""Instagram Business accounts that are linked to a Facebook Page."""

from publicist.meta.graph import perform
from publicist.meta.hosts import LIVE_HOSTS
from publicist.meta.known_errors import KNOWN_ERRORS
from publicist.meta.platform_versions import GRAPH_VERSIONS
from publicist.platforms.instagram.connect import discover
from publicist.platforms.instagram.images import image_limits
from publicist.platforms.instagram.limits import CONTAINERS_PER_DAY, read_quota
from publicist.platforms.instagram.options import InstagramOptions
from publicist.platforms.instagram.publish import decide
from publicist.platforms.instagram.rehearsal import answer
from publicist.platforms.instagram.rules import NOTES, RULES
from publicist.platforms.instagram.verdicts import NOTES as VERDICT_NOTES
from publicist.platforms.manifest import Platform

PLATFORM = Platform(
    name="instagram",
    title="Instagram Business",
    family="meta",
    hosts=LIVE_HOSTS,
    options_model=InstagramOptions,
    image_limits=image_limits,
    rules=RULES,
    notes=(*NOTES, *VERDICT_NOTES),
    errors=KNOWN_ERRORS,
    versions=GRAPH_VERSIONS,
    decide=decide,
    answer=answer,
    perform=perform,
    discover=discover,
    quota=read_quota,
    containers_per_day=CONTAINERS_PER_DAY,
    data_access_ends=True,
    connect_at="facebook",
)
