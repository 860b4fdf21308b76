"""Sealing again what older master keys sealed, beside processes that serve."""

from publicist.crypto.envelope import Vault
from publicist.storage import sealed
from publicist.storage.session import Database

_BATCH = 200
_FIRST_ID = "00000000-0000-0000-0000-000000000000"


async def rewrap_all(database: Database, vault: Vault) -> int:
    """Bring every stored secret under the newest key, a few at a time; how many were under another one.

    What a server stores meanwhile is sealed with the newest key already, or is found by the last of the passes, which
    finds nothing. Raises MasterKeyError for what no key opens; what was done until then stays done.
    """
    total = 0
    while done := sum([await _pass(database, vault, column) for column in sealed.COLUMNS]):
        total += done
    return total


async def _pass(database: Database, vault: Vault, column: sealed.SealedColumn) -> int:
    done, after = 0, _FIRST_ID
    while True:
        async with database.read() as connection:
            found = await sealed.batch(connection, column, after, _BATCH)
        old = [one for one in found if not vault.is_current(one.value)]
        if old:
            async with database.write() as connection:
                for one in old:
                    await sealed.replace(connection, column, one, vault.rewrap(one.value, one.context))
        done += len(old)
        if len(found) < _BATCH:
            return done
        after = found[-1].id
