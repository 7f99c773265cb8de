"""Addresses for the browser beside Gradio's: our style and script, and kept conversations as files."""

from __future__ import annotations

import json
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, Response

from rag import show
from rag.store.conversations import Conversations
from web.guard import USER

ASSETS = Path(__file__).parent / "assets"
_KINDS = {"page.css": "text/css", "page.js": "text/javascript"}


def router(conversations: Conversations) -> APIRouter:
    """Routes below `/slugline`."""
    routes = APIRouter(prefix="/slugline")

    @routes.get("/{name}.md")
    def markdown(name: str, request: Request) -> Response:
        found = conversations.open(name, request.headers.get(USER, ""))
        if found is None:
            raise HTTPException(404, "There is no such conversation.")
        return _file(show.conversation_markdown(found), "text/markdown; charset=utf-8", "md")

    @routes.get("/{name}.json")
    def document(name: str, request: Request) -> Response:
        found = conversations.open(name, request.headers.get(USER, ""))
        if found is None:
            raise HTTPException(404, "There is no such conversation.")
        text = json.dumps(show.conversation_json(found), ensure_ascii=False, indent=1)
        return _file(text, "application/json", "json")

    @routes.get("/{name}")
    def asset(name: str) -> FileResponse:
        if name not in _KINDS:
            raise HTTPException(404, "There is no such file.")
        return FileResponse(ASSETS / name, media_type=_KINDS[name], headers={"Cache-Control": "no-cache"})

    return routes


def _file(text: str, kind: str, ending: str) -> Response:
    return Response(text, media_type=kind, headers={"Content-Disposition": f'attachment; filename="conversation.{ending}"'})
