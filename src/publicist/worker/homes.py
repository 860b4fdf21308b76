"""Says at a start that the database was copied or brought back."""

import structlog

from publicist.kit.clock import Clock, iso
from publicist.storage import homes
from publicist.storage.session import Database

log = structlog.get_logger(__name__)

_FOLLOWS = "every post that was due before now is looked for at Meta before anything is sent for it"


async def notice(database: Database, clock: Clock) -> None:
    """Before anything can be sent: what the database may have forgotten is noted, as `publicist restore` does."""
    found = await homes.notice(database, clock.now())
    if found is not None:
        since, until = iso(found.forgotten.since), iso(found.forgotten.until)
        log.warning("database.copied", noticed=found.what, since=since, until=until, follows=_FOLLOWS)
