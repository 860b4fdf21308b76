"""`publicist keys rotate-master`: a new master key, and every stored secret under it; beside running servers."""

import asyncio
import sys
from pathlib import Path

from publicist.bootstrap import master_keys, open_database
from publicist.cli.output import CommandFailed, fail, print_json, read_settings
from publicist.crypto.envelope import Vault
from publicist.crypto.master_keys import GivenKeys, KeyFile, MasterKeyError
from publicist.kit.lock import DirectoryInUse, DirectoryLock
from publicist.kit.settings import Settings
from publicist.services.master_keys import rewrap_all
from publicist.storage.session import Database

_ONE_GIVEN = (
    "PUBLICIST_MASTER_KEY holds one key; put a new one before it, separated by a comma, restart every process with "
    "both, and run this again"
)
_FORGET_GIVEN = "with PUBLICIST_MASTER_KEY, --forget-old is yours to do: once this has run, leave the older keys out"


def run(forget_old: bool, data_dir: Path | None, as_json: bool) -> int:
    """Rotate, and say how many secrets were sealed again."""
    try:
        settings = read_settings(data_dir=data_dir)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with DirectoryLock(settings.data_dir, part="master-keys", remedy="wait for it"):
            sealed = asyncio.run(_rotate(settings, forget_old))
    except (CommandFailed, DirectoryInUse, MasterKeyError) as error:
        return fail(str(error))
    if as_json:
        print_json({"ok": True, "sealedAgain": sealed, "forgotOld": forget_old})
    else:
        print(f"{sealed} secrets were sealed again; all are under the newest master key")
    return 0


async def _rotate(settings: Settings, forget_old: bool) -> int:
    keys = master_keys(settings)
    if isinstance(keys, GivenKeys):
        _refuse_given(keys, forget_old)
    vault = Vault(keys)
    async with open_database(settings) as database:
        sealed = await rewrap_all(database, vault)
        return sealed if isinstance(keys, GivenKeys) else await _change_file(keys, database, vault, sealed, forget_old)


def _refuse_given(keys: GivenKeys, forget_old: bool) -> None:
    if forget_old:
        raise CommandFailed(_FORGET_GIVEN)
    if len(keys()) == 1:
        raise CommandFailed(_ONE_GIVEN)


async def _change_file(keys: KeyFile, database: Database, vault: Vault, sealed: int, forget_old: bool) -> int:
    """All is under the newest key now. If something was not, a rotation was interrupted, and its key is the new one."""
    if forget_old:
        keys.keep_first()
    elif sealed:
        print("publicist: an earlier rotation was interrupted; it is finished now", file=sys.stderr)
    else:
        keys.put_new_first()
        return await rewrap_all(database, vault)
    return sealed
