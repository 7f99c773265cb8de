"""Answers and their sources as HTML. Everything that came from an article or a reader is escaped here, once.

A button carries what it does in `data-act` and what with in further `data-` attributes; `web` hands both to Python.
"""

from __future__ import annotations

import html
from collections.abc import Collection, Iterable, Sequence

from rag.dates import written
from rag.question.form import without_courtesy
from rag.show.words import MARKS, byline, cited, dated, safe_url
from rag.types import Answer, Article, Citation, Form, Hit, Sentence, Support, Understood


def escaped(text: object) -> str:
    """For text and for quoted attributes."""
    return html.escape(str(text), quote=True)


def button(label: str, act: str, classes: str = "", described: str = "", **data: object) -> str:
    """A button; `label` is HTML already, `described` what a screen reader says in its place."""
    carried = "".join(f' data-{name}="{escaped(value)}"' for name, value in data.items())
    said = f' aria-label="{escaped(described)}"' if described else ""
    return f'<button type="button" class="act {classes}" data-act="{act}"{carried}{said}>{label}</button>'


def answer_html(answer: Answer, turn: int = 1, dropped: Collection[str] = (), buttons: bool = True) -> str:
    """The answer for the chat: what was understood as chips, each sentence with its state and with marks that lead to its source
    card of the same `turn`. `dropped` are the chips that the reader removed; without `buttons` none can be removed."""
    chips = _understood(answer, turn, dropped, buttons)
    if answer.abstained:
        return chips + _abstained(answer, turn)
    notice = f'<p class="notice">{escaped(answer.notice)}</p>' if answer.notice else ""
    return f"{chips}{notice}{_body(answer, turn)}{_foot(answer)}"


def _body(answer: Answer, turn: int) -> str:
    quotes = {citation.n: citation for citation in answer.citations}
    shown = [_sentence(sentence, quotes, turn) for sentence in answer.sentences]
    if answer.form is Form.PROSE or len(shown) < 2:
        return f'<p class="answer">{" ".join(shown)}</p>'
    heads = [_head(answer.form, sentence) for sentence in answer.sentences]
    rows = "".join(f"<li>{head}{text}</li>" for head, text in zip(heads, shown, strict=True))
    tag = "ol" if answer.form is Form.LIST else "ul"
    return f'<{tag} class="answer {answer.form.value}">{rows}</{tag}>'


def _head(form: Form, sentence: Sentence) -> str:
    if form is not Form.DIFFER and dated(sentence):
        return f"<time>{escaped(dated(sentence))}</time> "
    if form is Form.DIFFER and sentence.outlets:
        return f"<strong>{escaped(', '.join(sentence.outlets))}:</strong> "
    return ""


def _sentence(sentence: Sentence, quotes: dict[int, Citation], turn: int) -> str:
    sign, word = MARKS[sentence.support]
    marks = "".join(
        f'<a class="mark" href="#source-{turn}-{n}" data-quote="{escaped(quotes[n].quote)}"'
        f' data-from="{escaped(cited(quotes[n]))}" aria-label="Citation {n}">[{n}]</a>'
        for n in sentence.citations
        if n in quotes
    )
    # A supported sentence is the rule: its sign is enough to see, and its word is there for those who hear the page.
    shown = f'<span class="hidden-word">{word}</span>' if sentence.support is Support.FULL else word
    state = f'<span class="state {sentence.support.value}" title="{word}">{sign} {shown}</span>'
    return f'<span class="sentence {sentence.support.value}">{escaped(sentence.text)}</span> <span class="cites">{marks} {state}</span>'


def outlets_of(answer: Answer) -> tuple[str, ...]:
    """The outlets that an answer rests on, in the order of its citations."""
    named = [outlet for sentence in answer.sentences for outlet in sentence.outlets]
    cited = [outlet for citation in answer.citations for outlet in (citation.hit.article.outlet, *citation.hit.also)]
    return tuple(dict.fromkeys(outlet for outlet in named or cited if outlet))


def _foot(answer: Answer) -> str:
    outlets = outlets_of(answer)
    parts = [f"As of {written(answer.as_of)}, the newest article cited"] if answer.as_of else []
    if outlets:
        parts.append(f'<span title="{escaped(", ".join(outlets))}">{len(outlets)} outlet{"s" * (len(outlets) != 1)}</span>')
    if answer.model:
        parts.append(f"written by {escaped(answer.model)}, checked sentence by sentence")
    return f'<p class="as-of">{" · ".join(parts)}</p>' if parts else ""


def _understood(answer: Answer, turn: int, dropped: Collection[str], buttons: bool) -> str:
    found = answer.understood
    if found is None:
        return ""
    said = []
    if _resolved(answer, found):
        said.append(f"Understood as: <em>{escaped(found.text)}</em>")
    said += [f"{escaped(typed)} read as <em>{escaped(known)}</em>" for typed, known in found.corrected]
    chips = []
    for name, text in _chips(answer, found):
        label = f"{escaped(text)}" + (' <span aria-hidden="true">✕</span>' if buttons else "")
        chips.append(
            button(label, "drop", "chip", f"Remove: {text}", turn=turn, chip=name)
            if buttons
            else f'<span class="chip">{label}</span>'
        )
    for name in sorted(dropped) if buttons else ():
        label = f'<s>{escaped(name)}</s> <span aria-hidden="true">↺</span>'
        chips.append(button(label, "restore", "chip dropped", f"Heed {name} again", turn=turn, chip=name))
    if not said and not chips:
        return ""
    return f'<div class="understood">{" · ".join(said)} {"".join(chips)}</div>'


def _resolved(answer: Answer, found: Understood) -> bool:
    """Whether the question was read with what came before it; a courtesy left out is none of that."""
    return found.text.casefold() != without_courtesy(answer.question).casefold() and not found.corrected


def _chips(answer: Answer, found: Understood) -> Iterable[tuple[str, str]]:
    """(name of the chip, what it says) of everything that steered the search."""
    if _resolved(answer, found):
        yield "follow-up", "Follow-up"
    if found.outlets:
        yield "outlets", f"Outlets: {', '.join(found.outlets)}"
    if found.events:
        days = {event.day for event in found.events}
        limits = [f"{event.how} {event.words} ({written(event.day)})" for event in found.events]
        limits += [f"since {written(found.since)}"] if found.since and found.since not in days else []
        limits += [f"until {written(found.until)}"] if found.until and found.until not in days else []
        yield "dates", "; ".join(limits)
    elif found.since and found.until:
        same = found.since == found.until
        yield "dates", written(found.since) if same else f"{written(found.since)} to {written(found.until)}"
    elif found.since or found.until:
        yield "dates", f"since {written(found.since)}" if found.since else f"until {written(found.until)}" if found.until else ""
    if found.latest:
        yield "latest", "Latest first"


def _abstained(answer: Answer, turn: int) -> str:
    """An abstention as help: what is covered, and what is nearest."""
    near = "".join(
        f'<li><a href="#near-{turn}-{rank}">{escaped(hit.article.title or hit.article.id)}</a>'
        f" <small>{escaped(byline(hit.article))}</small></li>"
        for rank, hit in enumerate(answer.nearest, 1)
    )
    nearest = f"<ul>{near}</ul>" if near else ""
    return f'<div class="abstained"><p>{escaped(answer.notice)}</p>{nearest}</div>'


# Sources


def badges(article: Article, also: Sequence[str] = ()) -> str:
    """'updated' and 'also in ...', as far as they hold."""
    out = f'<span class="badge">updated {written(article.updated)}</span>' if article.updated else ""
    return out + (f'<span class="badge">also in {escaped(", ".join(also))}</span>' if also else "")


def links(article: Article, said: str = "") -> str:
    """The article's address, and of the coverage that a brief names in `said` each its own; only http and https."""
    found = [(article.url, "Read the article")] if safe_url(article.url) else []
    found += [(s.url, s.outlet) for s in article.sources if s.outlet and s.outlet in said and safe_url(s.url)]
    shown = " · ".join(
        f'<a href="{escaped(url)}" target="_blank" rel="noopener noreferrer">{escaped(name)}</a>'
        for url, name in dict.fromkeys(found)
    )
    return f'<p class="links">{shown}</p>' if shown else ""


def _card(hit: Hit, label: str, passage: str, turn: int, place: str = "", extra: str = "") -> str:
    """One source; `passage` and `extra` are HTML already, `place` an id."""
    article = hit.article
    at = f' id="{place}" tabindex="-1"' if place else ""
    whole = button("Whole article", "article", "quiet", turn=turn, id=article.id, quote=hit.passage.text[:200])
    return (
        f'<article class="source"{at}><h3>{label}{escaped(article.title or article.id)}</h3>'
        f'<p class="byline">{escaped(byline(article))} {badges(article, hit.also)}</p><blockquote>{passage}</blockquote>'
        f'{links(article, hit.passage.text)}<p class="card-acts">{whole}{extra}</p></article>'
    )


def marked(passage: str, quotes: dict[int, str], turn: int) -> str:
    """`passage` as HTML with each quote marked; the mark is what the citation number leads to."""
    places = sorted((passage.find(quote), n, quote) for n, quote in quotes.items())
    out, at = [], 0
    for start, n, quote in places:
        if start < at:
            continue  # not in the passage, or inside a quote already marked
        out.append(escaped(passage[at:start]))
        out.append(f'<mark id="source-{turn}-{n}" tabindex="-1">{escaped(quote)}</mark>')
        at = start + len(quote)
    return "".join(out) + escaped(passage[at:])


def _evidence(turn: int, n: int, chosen: Collection[int]) -> str:
    on = n in chosen
    label = "★ Marked as evidence" if on else f"☆ Mark [{n}] as evidence"
    return button(label, "evidence", "quiet", turn=turn, n=n, on=int(on))


def sources_html(answer: Answer, turn: int = 1, evidence: Collection[int] = (), buttons: bool = False) -> str:
    """The cited passages as cards, one for each passage, the quoted sentences marked; for an abstention, the nearest passages.

    `evidence` are the numbers of the citations that the reader marked as right; with `buttons` they can.
    """
    if answer.abstained:
        head = "Nearest in the coverage"
        cards = [
            _card(
                hit,
                "",
                escaped(hit.passage.text),
                turn,
                f"near-{turn}-{rank}",
                _evidence(turn, rank, evidence) if buttons else "",
            )
            for rank, hit in enumerate(answer.nearest, 1)
        ]
    else:
        head = "Cited passages"
        quotes: dict[tuple[str, int], dict[int, str]] = {}
        hits: dict[tuple[str, int], Hit] = {}
        for citation in answer.citations:
            key = (citation.hit.article.id, citation.hit.passage.start)
            quotes.setdefault(key, {})[citation.n] = citation.quote
            hits[key] = citation.hit
        cards = [
            _card(
                hits[key],
                "".join(f"[{n}]" for n in of_passage) + " ",
                marked(hits[key].passage.text, of_passage, turn),
                turn,
                extra="".join(_evidence(turn, n, evidence) for n in of_passage) if buttons else "",
            )
            for key, of_passage in quotes.items()
        ]
    return f"<section><h2>{head}</h2><p>{escaped(answer.question)}</p>{''.join(cards)}</section>" if cards else ""
