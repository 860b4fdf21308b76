"""`publicist sandbox connect`: accounts of the simulated Meta, without a browser."""

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from publicist.cli.consent import grant_everything
from publicist.cli.output import CommandFailed, fail, print_json
from publicist.client import ApiError, Client
from publicist.client.client import Json


def run(url: str, key: str, as_json: bool) -> int:
    """Connect, then print the accounts."""
    if not key.startswith("lmp_test_"):
        return fail("a test key is needed: --key lmp_test_..., or PUBLICIST_API_KEY")
    try:
        with Client(url, key) as client:
            grant_everything(client, lambda words: print(words, file=sys.stderr))
            accounts = client.accounts()
    except (ApiError, CommandFailed) as error:
        return fail(str(error))
    if as_json:
        print_json({"ok": True, "accounts": accounts})
    else:
        Console().print(table_of(accounts))
    return 0


def table_of(accounts: Sequence[Json]) -> Table:
    """Accounts as people read them."""
    table = Table("Platform", "Name", "Account id", box=None, pad_edge=False, header_style="bold")
    for account in accounts:
        table.add_row(account["platform"], account["displayName"] or "", account["id"])
    return table
