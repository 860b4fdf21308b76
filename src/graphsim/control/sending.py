"""What the simulated Meta sends to the app on demand."""

from typing import Any

from graphsim.callbacks import data_deletion, deauthorize
from graphsim.state import State
from graphsim.webhooks import handshake
from graphsim.wire.errors import Json

_SENDERS = {"deauthorize": deauthorize, "data_deletion": data_deletion}


async def call_back(state: State, body: dict[str, Any]) -> Json:
    """`{"kind": "deauthorize"|"data_deletion", "user"}`: send it now; what was sent, and the reply."""
    sender = _SENDERS.get(str(body.get("kind")))
    if sender is None:
        raise ValueError(f"kind must be one of {', '.join(_SENDERS)}: {body.get('kind')!r}")
    return await sender(state, state.users.one(str(body["user"])).id)


def configure_webhooks(state: State, body: dict[str, Any]) -> Json:
    """`{"hold": n, "repeat": n}`: keep n deliveries back and then send them in reverse; send each n times more."""
    state.hold_webhooks = int(body.get("hold", state.hold_webhooks))
    state.repeat_webhooks = int(body.get("repeat", state.repeat_webhooks))
    return {"hold": state.hold_webhooks, "repeat": state.repeat_webhooks}


async def shake_hands(state: State, body: dict[str, Any]) -> Json:
    """Ask the webhook's receiver to prove that it knows the verify token."""
    return await handshake(state)
