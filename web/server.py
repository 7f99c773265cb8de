"""The page, the services and the guard on one port, in one process."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp

from rag.config import Settings
from rag.engine import Engine
from rag.errors import SluglineError
from web import completions, exports
from web.desk import Desk
from web.guard import LOCAL, MOST_UPLOAD, Guard
from web.page import build
from web.passwords import Passwords


def application(engine: Engine, hosts: frozenset[str] | None = LOCAL, passwords: Passwords | None = None) -> ASGIApp:
    """Everything that the port serves. `hosts` are the names it may be asked under, None for any."""
    desk = Desk(engine)
    app = FastAPI(title="Slugline", docs_url=None, redoc_url=None, openapi_url=None)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:  # noqa: ARG001
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "body")
        return completions.failed(f"{where}: {first['msg']}.")

    app.include_router(completions.router(engine))
    app.include_router(exports.router(desk.conversations))
    threading.Thread(target=desk.examples, daemon=True).start()  # so that the first page need not wait for them
    page = build(desk)
    page.queue(default_concurrency_limit=None)
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        mcp_server=True,
        ssr_mode=False,
        run_history=False,
        enable_monitoring=False,
        footer_links=[],
        show_error=True,
        max_file_size=MOST_UPLOAD,
        theme=_theme(),
    )
    return Guard(app, hosts, passwords)


def _theme() -> gr.themes.Base:
    """Gradio's soft theme with fonts that are there already (its own would be asked of another host), and labels dark enough."""
    fonts = [gr.themes.Font("system-ui"), gr.themes.Font("sans-serif")]
    theme = gr.themes.Soft(font=fonts, font_mono=[gr.themes.Font("monospace")])
    return theme.set(
        block_title_text_color="*primary_800",
        block_label_text_color="*primary_800",
        input_border_width="1px",  # else a field in the light page is white on white
        input_border_color="*neutral_500",
        input_border_color_dark="*neutral_500",
    )


class _Server(uvicorn.Server):
    """Says where it can be reached once it can."""

    def __init__(self, config: uvicorn.Config, ready: str) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self._ready, flush=True)


def serve(
    settings: Settings, host: str = "127.0.0.1", port: int = 7860, auth: Path | None = None, insecure: bool = False
) -> None:
    """Open the library and serve until interrupted. `auth` is a file of hashed passwords; `insecure` says that none is wanted.

    Raises:
        SluglineError: others could come in without a password, the port is taken, the host is not this machine's, or `auth` cannot
            be read.
    """
    local = host in LOCAL
    if not local and auth is None and not insecure:
        raise SluglineError(
            f"On {host} others can reach the page, so it needs passwords: --auth FILE, made with slugline password NAME. "
            "To let everybody in who can reach it, say --insecure."
        )
    passwords = Passwords(auth) if auth is not None else None
    _check_free(host, port)
    engine = Engine.open(settings)
    engine.ask("What does the coverage say?")  # loads the models now rather than at the first question
    count = engine.library.counts()["articles"]
    everywhere = host in {"0.0.0.0", "::"}  # noqa: S104  # asked for, with passwords or --insecure
    app = application(engine, None if everywhere else LOCAL | {host.casefold()}, passwords)
    named = f"[{host}]" if ":" in host else host
    ready = f"Slugline: {count} articles. Open http://{'localhost' if everywhere else named}:{port}"
    # 64 KB is uvicorn's own limit for headers; proxies are trusted only where uvicorn's default trusts them, on this machine.
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", server_header=False, timeout_graceful_shutdown=3)
    _Server(config, ready).run()


def _check_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SluglineError(
                f"{host}:{port} cannot be used ({error.strerror}). Stop the program that has it, or choose another with --port."
            ) from error
