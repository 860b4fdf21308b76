"""The control API: worlds, the journal, reset. A tool for tests; a proxy should keep it from strangers."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graphsim.state import State, read_world


async def control(state: State, request: Request, path: str) -> Response:
    """`GET journal?after=&limit=`, `GET world`, `POST seed`, `POST reset`."""
    call = (request.method, path)
    if call == ("GET", "journal"):
        query = request.query_params
        entries = state.journal.read(int(query.get("after", "0")), int(query.get("limit", "1000")))
        return JSONResponse({"entries": entries})
    if call == ("GET", "world"):
        return JSONResponse(_world(state))
    if call == ("POST", "seed"):
        body = await request.json()
        try:
            state.seed(read_world(body["world"]) if "world" in body else body)
        except (LookupError, TypeError) as error:
            return JSONResponse({"error": f"not a world: {error}"}, 400)
        state.database.commit()
        return JSONResponse(_world(state))
    if call == ("POST", "reset"):
        state.reset()
        state.database.commit()
        return JSONResponse(_world(state))
    return JSONResponse({"error": "unknown control call"}, 404)


def _world(state: State) -> dict[str, object]:
    linked = {account.page_id: {"id": account.id, "username": account.username} for account in state.instagram}
    pages = [
        {"id": page.id, "name": page.name} | ({"instagram": linked[page.id]} if page.id in linked else {})
        for page in state.pages
    ]
    return {"users": [{"id": user.id, "name": user.name} for user in state.users], "pages": pages}
