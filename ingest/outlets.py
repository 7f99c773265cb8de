"""One name for each outlet, however a page, a feed or a person writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Outlets that cover entertainment, technology and the law around them: name, host, and other names they go by.
_KNOWN = """
ABC News | abcnews.go.com | abcnews.com
AdAge | adage.com | Ad Age, Advertising Age
Adweek | adweek.com
Al Jazeera | aljazeera.com | aljazeera.net
Ars Technica | arstechnica.com
Associated Press | apnews.com | AP, AP News, The Associated Press, ap.org
Axios | axios.com
BBC News | bbc.com | BBC, bbc.co.uk, news.bbc.co.uk, BBC News Online
Billboard | billboard.com
Bloomberg | bloomberg.com | Bloomberg News, bloomberg.net, Bloomberg.com
Business Insider | businessinsider.com | Insider, insider.com
CBS News | cbsnews.com
CNBC | cnbc.com
CNET | cnet.com
CNN | cnn.com | edition.cnn.com, CNN Business
Collider | collider.com
Deadline | deadline.com | Deadline Hollywood
Digiday | digiday.com
Digital Music News | digitalmusicnews.com
Engadget | engadget.com
Entertainment Weekly | ew.com | EW, EW.com
Euronews | euronews.com
Eurogamer | eurogamer.net
Fast Company | fastcompany.com
Financial Times | ft.com | The Financial Times, FT
Forbes | forbes.com
Fortune | fortune.com
GamesIndustry.biz | gamesindustry.biz | GamesIndustry
Gizmodo | gizmodo.com
IGN | ign.com
IndieWire | indiewire.com
Kotaku | kotaku.com
Los Angeles Times | latimes.com | LA Times, L.A. Times, The Los Angeles Times
Mashable | mashable.com
MIT Technology Review | technologyreview.com | Technology Review
Music Ally | musically.com
Music Business Worldwide | musicbusinessworldwide.com | MBW
NBC News | nbcnews.com
NME | nme.com
NPR | npr.org | National Public Radio
PC Gamer | pcgamer.com
People | people.com | People Magazine, PEOPLE.com
Pitchfork | pitchfork.com
Politico | politico.com | politico.eu
Polygon | polygon.com
Quartz | qz.com
Reuters | reuters.com | Reuters News, Thomson Reuters
Rolling Stone | rollingstone.com | rollingstone.co.uk
Screen Daily | screendaily.com | Screen International
Screen Rant | screenrant.com
Semafor | semafor.com
Sky News | news.sky.com
Slate | slate.com
TechCrunch | techcrunch.com | Tech Crunch
The Atlantic | theatlantic.com
The Conversation | theconversation.com
The Guardian | theguardian.com | Guardian, guardian.co.uk, theguardian.co.uk, The Guardian UK
The Hollywood Reporter | hollywoodreporter.com | THR, Hollywood Reporter
The Independent | independent.co.uk | the-independent.com
The Information | theinformation.com
The New York Times | nytimes.com | NYT, New York Times, NY Times, NYTimes.com
The New Yorker | newyorker.com
The Register | theregister.com | theregister.co.uk
The Telegraph | telegraph.co.uk | Daily Telegraph, The Daily Telegraph
The Times | thetimes.co.uk | thetimes.com
The Verge | theverge.com | Verge
The Wall Street Journal | wsj.com | WSJ, Wall Street Journal
The Washington Post | washingtonpost.com | WaPo, Washington Post
TheWrap | thewrap.com | The Wrap
Time | time.com | TIME Magazine, TIME.com
USA Today | usatoday.com
Vanity Fair | vanityfair.com
Variety | variety.com
VentureBeat | venturebeat.com | Venture Beat
Vox | vox.com
Vulture | vulture.com
Wired | wired.com | WIRED Magazine, wired.co.uk
Yahoo | yahoo.com | Yahoo News, news.yahoo.com, Yahoo Entertainment, Yahoo Finance
404 Media | 404media.co
"""
_HOST = re.compile(r"^(?:https?://)?(?P<host>(?:[\w-]+\.)+[a-z]{2,})/?$", re.IGNORECASE)
_MOBILE = re.compile(r"^(?:www\d?|m|mobile|amp|touch)\.")
# Two-part endings under which names are registered: enough to find the name in a host, not a list of them all.
_SECOND_LEVEL = {"co", "com", "org", "net", "ac", "gov"}


def _key(name: str) -> str:
    """What two spellings of one name share: letters and digits, no article, no web ending."""
    folded = name.casefold().strip()
    host = _HOST.match(folded)
    if host:
        labels = _MOBILE.sub("", host["host"]).split(".")
        labels.pop()
        if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
            labels.pop()
        folded = labels[-1]
    letters = "".join(c for c in folded if c.isalnum())
    return letters[3:] if letters.startswith("the") and len(letters) > 5 else letters


def _table() -> dict[str, str]:
    table: dict[str, str] = {}
    for row in _KNOWN.strip().splitlines():
        name, *others = (part.strip() for part in row.split("|"))
        for other in [name, *(o.strip() for part in others for o in part.split(","))]:
            table[other.casefold() if _HOST.match(other) else _key(other)] = name
    return table


_TABLE = _table()


def outlet_name(written: str) -> str:
    """The outlet's usual name: 'www.theverge.com', 'Verge' and 'The Verge | Tech' are 'The Verge'; an unknown name stays.

    >>> [outlet_name(name) for name in ("www.theverge.com", "https://m.theverge.com/", "THE VERGE", "Daily Reel", "m.dailyreel.example")]
    ['The Verge', 'The Verge', 'The Verge', 'Daily Reel', 'dailyreel.example']
    """
    written = " ".join(written.split())
    host = _HOST.match(written)
    if host:
        bare = _MOBILE.sub("", host["host"].casefold())
        labels = bare.split(".")
        for at in range(len(labels) - 1):  # 'edition.cnn.com', else 'cnn.com'
            if ".".join(labels[at:]) in _TABLE:
                return _TABLE[".".join(labels[at:])]
        return bare
    for part in (written, re.split(r"\s+[|\-–—:]\s+", written)[0]):  # noqa: RUF001
        if _key(part) in _TABLE:
            return _TABLE[_key(part)]
    return written


class Outlets:
    """The names in use in a library: an outlet not in the table keeps the name it came in under first.

    >>> names = Outlets(["Daily Reel"])
    >>> names.name("www.dailyreel.example"), names.name("The Daily Reel"), names.name("Other")
    ('Daily Reel', 'Daily Reel', 'Other')
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._of_key = {_key(name): name for name in known if name}

    def name(self, written: str) -> str:
        usual = outlet_name(written)
        key = _key(usual)
        return self._of_key.setdefault(key, usual) if key else usual
