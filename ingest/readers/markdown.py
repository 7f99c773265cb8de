"""Markdown, with or without YAML front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import frontmatter
import yaml

from ingest.readers import fields
from rag.errors import BadInput
from rag.types import Article

_HEADING = re.compile(r"\A\s*#\s+(.+?)\s*#*\s*$", re.MULTILINE)


def plain(text: str) -> str:
    """Markdown as prose: no comments, images or marks, links by their words."""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"^\s{0,3}(?:#{1,6}|>)\s+", "", text, flags=re.MULTILINE)
    return re.sub(r"(\*\*|__|`)(?=\S)(.+?)(?<=\S)\1", r"\2", text)


def read(data: bytes, origin: str) -> Iterator[Article | BadInput]:
    """The one article of a Markdown file; its title is the front matter's, else the first heading, else the file's name."""
    text = fields.decode(data, origin)
    try:
        post = frontmatter.loads(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark else ""
        raise BadInput(origin, f"its front matter is not valid YAML{where}") from error
    body = post.content
    heading = _HEADING.search(body)
    named = {"title": heading.group(1) if heading else Path(origin).stem}
    if heading:
        body = body[heading.end() :]
    yield fields.article(named | {key: value for key, value in post.metadata.items() if value} | {"text": plain(body)}, origin)
