"""Tables of facts, results of adding, and figures of an evaluation as HTML."""

from __future__ import annotations

from collections.abc import Sequence

from rag.show.page import escaped


def facts_html(facts: Sequence[tuple[str, str]]) -> str:
    """(what, value) as a table."""
    rows = "".join(f'<tr><th scope="row">{escaped(name)}</th><td>{escaped(value)}</td></tr>' for name, value in facts)
    return f'<table class="facts"><tbody>{rows}</tbody></table>'


def health_html(wrong: Sequence[str]) -> str:
    """What is wrong with the library, or that nothing is."""
    if not wrong:
        return '<p class="result" role="status">✓ The library is sound: texts, vectors and words agree.</p>'
    return "".join(f'<p class="result failed" role="alert">✗ {escaped(one)}</p>' for one in wrong)


def progress_html(done: int, of: int, doing: str) -> str:
    """How far something is, as a bar with words."""
    bar = f'<progress max="{max(1, of)}" value="{done}" aria-label="{escaped(doing)}"></progress>' if of else ""
    return f'<p class="progress" role="status">{bar} {escaped(doing)}{f": {done} of {of}" if of else ""}</p>'


def results_html(results: Sequence[tuple[str, str, bool]], done: int, of: int) -> str:
    """(source, what came of it, whether it failed) of each source that was added, with how far it is."""
    rows = "".join(
        f'<li class="result{" failed" if failed else ""}">{"✗" if failed else "✓"} <strong>{escaped(source)}</strong>: {escaped(said)}</li>'
        for source, said, failed in results
    )
    return progress_html(done, of, "Adding" if done < of else "Added") + f'<ul class="results">{rows}</ul>'
