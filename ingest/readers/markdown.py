"""Markdown, with or without YAML front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import frontmatter
import yaml

from ingest.document import Document, Flag
from ingest.readers import fields
from rag.errors import BadInput
from rag.types import Article

_HEADING = re.compile(r"\A\s*#\s+(.+?)\s*#*\s*$", re.MULTILINE)
# '[//]: # (words)': what a link points at, or a comment in disguise; no reader sees it. A footnote's '[^1]: words' is seen.
_REFERENCE = re.compile(
    r"^ {0,3}\[(?!\^)[^\]\n]+\]:[ \t]*\S+(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^)\n]*\)))?[ \t]*$", re.MULTILINE
)


class _Loader(yaml.SafeLoader):
    """Dates stay text: YAML turns '2026-03' into text and '2026-02-30' into an exception. No aliases: a page of them can mean
    a billion values."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Front(frontmatter.YAMLHandler):  # type: ignore[misc]  # frontmatter is not typed
    def load(self, fm: str, **kwargs: object) -> Any:  # noqa: ARG002  # its base class has them
        return yaml.load(fm, _Loader)  # noqa: S506  # a SafeLoader with less


def plain(text: str) -> str:
    """Markdown as prose: no comments, scripts, tags, images or marks, links by their words."""
    text = re.sub(r"<!--.*?(?:-->|\Z)", "", text, flags=re.DOTALL)
    if "<" in text:
        text = fields.without_hidden_markup(text)
        text = re.sub(r"</?[A-Za-z][\w-]*(?:\s[^<>]*)?/?>", "", text)
    text = _REFERENCE.sub("", text)
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"^\s{0,3}(?:#{1,6}|>)\s+", "", text, flags=re.MULTILINE)
    return re.sub(r"(\*\*|__|`)(?=\S)(.+?)(?<=\S)\1", r"\2", text)


def read(document: Document) -> Iterator[Article | BadInput | Flag]:
    """The one article of a Markdown file; its title is the front matter's, else the first heading, else the file's name."""
    text = fields.decode(document.read(), document.name, document.charset)
    if len(text) > fields.MOST_CHARACTERS:
        raise BadInput(document.name, f"holds {len(text):,} characters, too many for one article")
    try:
        post = frontmatter.loads(text, handler=_Front())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark else f" ({error})" if "alias" in str(error) else ""
        raise BadInput(document.name, f"its front matter is not valid YAML{where}") from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(document.name, f"its front matter cannot be read ({type(error).__name__}: {error})"[:200]) from error
    body = post.content
    heading = _HEADING.search(body)
    named = {"title": heading.group(1) if heading else Path(document.member or document.name).stem}
    if heading:
        body = body[heading.end() :]
    yield from fields.build(
        named | {str(key): value for key, value in post.metadata.items() if value} | {"text": plain(body)}, document
    )
