"""Pages that hold no article though they hold words: paywall stubs, cookie walls, checks for robots, error pages, link lists."""

from __future__ import annotations

import re

import lxml.html

# Shorter than this, a page that asks for money, consent or proof of being human holds little else.
_SHORT = 200
_FEWEST_WORDS = 8
_PAYWALL = re.compile(
    r"(?:subscribe|subscription|sign up|register|log ?in|sign ?in|become a (?:member|subscriber)|start your (?:free )?trial|buy a pass)"
    r"[^.\n]{0,60}\b(?:to (?:continue|keep|finish|read|access|unlock|view)|for (?:full|unlimited) access)"
    r"|(?:to (?:continue|keep) reading|to read (?:the (?:full|rest)|more|this))[^.\n]{0,60}(?:subscri|sign|log|register|member|account)"
    r"|already (?:a )?(?:subscriber|member|subscribed)\b|(?:article|story|content) is (?:only )?(?:for|available to) (?:our )?"
    r"(?:paid |paying )?(?:subscribers|members)|(?:subscriber|member)s?[- ]only|exclusive (?:to|for) (?:our )?(?:subscribers|members)"
    r"|you(?:'|\u2019)?(?: ha)?ve (?:reached|used|read) (?:your|all|the)[^.\n]{0,40}(?:limit|free articles)",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"we (?:and our (?:\d+ )?(?:partners|vendors)[^.\n]{0,40})?(?:use|store|value your privacy)[^.\n]{0,60}(?:cookies|privacy)"
    r"|(?:accept|reject|manage) (?:all )?(?:cookies|consent|preferences)|cookie (?:policy|settings|preferences|consent)|before you continue"
    r"|your privacy (?:choices|matters)|consent to (?:the use|our use|cookies)|legitimate interest",
    re.IGNORECASE,
)
_ROBOT = re.compile(
    r"(?:enable|turn on|requires?|without) (?:java ?script|cookies)|are you (?:a )?(?:robot|human)|verify (?:that )?you are (?:a )?human"
    r"|checking (?:your|if the site) |unusual (?:traffic|activity)|press (?:&|and) hold|access (?:to this page )?(?:has been )?denied"
    r"|complete the captcha|security check|ddos protection|just a moment",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"^\W*(?:error\W*)?(?:40[0-9]|41[0-9]|50[0-9])\b|page (?:you|not found|could not|cannot|does(?: not|n't) exist)"
    r"|(?:page|article|story)[^.\n]{0,40}(?:no longer (?:available|exists)|not found|been (?:removed|moved|deleted))|internal server error",
    re.IGNORECASE,
)


def why_no_article(text: str, title: str = "", links: float = 0.0, free: bool = True) -> str:
    """Why a page with this body is not an article; nothing when it may be one.

    `links` is the share of the page's words that stand in links, `free` what the page says about being free to read.
    """
    words = len(text.split())
    if words < _SHORT:
        matches = {kind: len(list(kind.finditer(text))) for kind in (_PAYWALL, _CONSENT, _ROBOT, _ERROR)}
        if matches[_CONSENT] >= 2 or (matches[_CONSENT] and words < 60):
            return "this is a cookie or consent wall, not the article; save the page after answering it"
        if matches[_PAYWALL]:
            return "this is a paywall stub: only the first words of the article are here"
        if not free and words < _SHORT // 2:
            return "this is a paywall stub: the page says it is not free to read and holds few words"
        if matches[_ROBOT] and words < 100:
            return "this is a check for robots or for JavaScript, not the article"
        if (matches[_ERROR] and words < 60) or _ERROR.search(title[:60]):
            return "this is an error page ('not found' or the like), not an article"
    if words < _FEWEST_WORDS:
        return "no article text was found on this page"
    if links > 0.6 and _sentences(text) < 6:
        return "this is a list of links, not an article"
    return ""


def _sentences(text: str) -> int:
    return len(re.findall(r"[^.!?\n]{40,}[.!?](?:\s|$)", text))


def share_in_links(tree: lxml.html.HtmlElement) -> float:
    """Share of the words of `tree`'s main part that stand in links, 0 to 1."""
    main = next((part for tag in ("article", "main", "body") for part in tree.iter(tag)), tree)
    words = len(" ".join(main.itertext()).split())
    return sum(len(" ".join(a.itertext()).split()) for a in main.iter("a")) / words if words else 0.0
