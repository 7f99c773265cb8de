"""What the trade calls people and companies instead of by name: 'the Mouse House', 'ChatGPT's maker', 'the Titanic director'.

Neither the words nor the small models of a library know that the Mouse House is Disney; whoever asks does. General knowledge of the
field, written down once, like the abbreviations in `rag.question.same`; a name is only read in where the library has it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

# Whose works are known by their title, by what the person or company did: {"directors": {"James Cameron": ["Titanic", ...]}}. A title
# is written as news writes it, without an article unless the rest is a common word ("The Firm").
BYWORDS = Path(__file__).with_name("bywords.json")

# Name → how else it is called, as alternatives of a regular expression; 'the' or 'that' may stand before each.
_NICKNAMES = {
    "Disney": r"mouse house|house of mouse|burbank (?:giant|studio)|mickey mouse (?:company|firm|owner)",
    "Netflix": r"(?:video[- ])?streaming (?:giant|leader|titan)|los gatos (?:company|firm|streamer)|red[- ]letter streamer",
    "Spotify": r"(?:swedish|music|audio)[- ]stream(?:er|ing (?:giant|leader))|swedish (?:music )?(?:service|giant|platform)",
    "Deezer": r"french (?:music )?(?:streamer|streaming service|music service)",
    "Google": r"search (?:giant|company|firm|engine giant|titan|leader)|mountain view (?:company|giant)",
    "YouTube": r"video[- ](?:site|platform|sharing site)|(?:google|alphabet)'s video (?:site|platform|arm)",
    "Meta": r"zuckerberg's (?:company|firm|outfit|group|business|social network)|social[- ](?:media|network(?:ing)?) giant",
    "xAI": r"(?:elon )?musk's (?:ai|artificial intelligence) (?:company|firm|start-?up|outfit|venture)",
    "Grok": r"(?:elon )?musk's (?:chat)?bot",
    "OpenAI": r"(?:sam )?altman's (?:company|firm|outfit|start-?up|lab)",
    "Sam Altman": r"(?:openai|chatgpt)'s (?:boss|chief|head|ceo|leader|founder)|head of openai",
    "Mark Zuckerberg": r"(?:facebook|meta)'s (?:boss|chief|head|ceo|leader|founder)",
    "Microsoft": r"redmond (?:company|giant|firm)|software giant",
    "Apple": r"cupertino (?:company|giant|firm)",
    "Nvidia": r"chip(?:[- ]?maker|[- ]giant| firm)|graphics[- ]card (?:maker|giant)",
    "Amazon": r"(?:online|e-?commerce|internet) (?:retail(?:er|ing)?|shopping)(?: giant)?|everything store|bezos's (?:company|firm)",
    "Coca-Cola": r"(?:soda|cola|soft[- ]drinks?|fizzy[- ]drinks?)[- ](?:maker|giant|company|firm|brand|group)",
    "McDonald's": r"burger (?:chain|giant)|golden arches",
    "Universal Music": r"(?:world's )?(?:biggest|largest) (?:record|music) (?:company|label|group)",
    "Toys R Us": r"toy (?:chain|retailer|store|shop|seller)",
    "SAG-AFTRA": r"(?:screen |hollywood |american )?(?:actors?'?|performers?'?|players'|thespians'?) (?:union|guild)",
    "WGA": r"(?:screen ?writers?'?|scribes'?|writers?'?|script ?writers?'?) (?:union|guild)",
    "DGA": r"(?:directors?'?|film-?makers?'?|helmers'?) (?:union|guild)",
    "AMPTP": r"(?:studios?'?|producers?'?|hollywood studios'?) (?:alliance|bargaining (?:body|group|arm)|trade (?:body|group)|negotiators)",
    "IATSE": r"(?:crew|stagehands?'?|technicians'|below-the-line) (?:union|guild)",
    "Equity": r"british (?:stage|actors?'?|performers?'?) union|uk (?:actors?'?|performers?'?) union|(?:stage|actors?'?) union in britain",
    "RIAA": r"(?:american )?record(?:ing)? (?:industry )?(?:lobby|trade (?:body|group))|labels' (?:lobby|trade (?:body|group))",
    "Beatles": r"fab four|liverpool (?:quartet|band|four)",
    "Elvis": r"king of rock(?: (?:and|'?n'?) roll)?",
    "Michael Jackson": r"king of pop",
    "Darth Vader": r"sith lord|lord vader|luke's father",
    "Santa": r"father christmas|st\.? nick(?:olas)?|kris kringle",
    "Oscar": r"(?:golden |film |academy )?statuettes?|film world's (?:top|biggest) (?:prize|honou?r|award)|movies' biggest night",
    "Grammy": r"music's (?:biggest|top|highest) (?:prize|honou?r|award|night)|gilded gramophone|golden gramophone",
    "Emmy": r"(?:tv|television)'s (?:biggest|top|highest) (?:prize|honou?r|award|night)",
    "Academy": r"(?:film|movie|oscars?) academy|oscars?'? (?:organi[sz]ers|body)|oscar[- ]givers",
    "Recording Academy": r"grammys?'? (?:organi[sz]ers|body)|grammy[- ]givers",
    "Cannes": r"riviera|croisette",
    "Game Awards": r"(?:geoff )?keighley(?:'s)? (?:show|ceremony|awards)",
    "Tennessee": r"nashville's (?:state|lawmakers)|volunteer state",
    "California": r"golden state|sacramento",
    "Super Bowl": r"(?:american )?football's biggest night|nfl(?:'s)? final",
    "House": r"lower (?:chamber|house)",
    "Senate": r"upper (?:chamber|house)",
    "Pope": r"pontiff|holy father|bishop of rome",
    "George Carlin": r"seven dirty words comic",
    "Martin Luther King": r"i have a dream (?:orator|preacher|speaker)|slain civil[- ]rights (?:hero|leader|icon)",
    "Paul McCartney": r"(?:surviving|ex|former)[- ]beatle|macca",
    "Frank Sinatra": r"ol'? blue eyes",
    "Bruce Springsteen": r"the boss of rock",
    "Anthony Bourdain": r"(?:globe-?trotting|kitchen confidential|parts unknown) (?:chef|host|author|cook)",
    "ABBA": r"dancing queen (?:group|band|quartet)|swedish (?:pop )?(?:quartet|foursome)",
    "Indiana Jones": r"whip-(?:cracking|wielding) (?:archaeologist|hero|adventurer)",
    "James Bond": r"agent 007|double-o-seven|007",
    "Getty": r"photo(?:graph)?[- ]agency",
    "New York Times": r"gr[ae]y lady",
    "Lionsgate": r"(?:john wick|hunger games|twilight|saw)(?:'s)? studio",
    "Wizards of the Coast": r"magic: the gathering (?:maker|publisher|company)",
    "Paramount": r"(?:top gun|mission:? impossible|star trek)(?:'s)? studio",
    "Sphere": r"(?:las )?vegas (?:orb|dome|globe)",
    "NFL": r"american football league",
    "BBC": r"british (?:public )?broadcaster|beeb",
    "EU": r"brussels|european bloc|27-nation bloc",
    "White House": r"oval office",
    "Copyright Office": r"american copyright (?:agency|authority)|us copyright (?:agency|authority)",
    "AI": r"robot brains?|thinking machines?",
}
# 'Which actors' guild?', 'who is the maker of Sora?', 'name the maker of Claude and the maker of Sora' ask for the name.
_ASKED = re.compile(
    r"\b(?:which|what|many|(?:who|what|which \w+|what \w+)(?:'s| is| was| are| were))\s+(?:the\s+|that\s+)?$"
    r"|^(?:please\s+)?(?:name|identify|list|give(?:\s+me)?)\s+(?:[^,;:?]{1,120}\band\s+)?(?:both\s+)?(?:the\s+)?$",
    re.I,
)
# 'Adobe, the software giant', 'the video platform TikTok': the question says itself who is meant.
_NAME_BEFORE = re.compile(r"\b[A-Z][\w'&.-]*,\s+$")
_NAME_BEHIND = re.compile(r"\s+[A-Z]")
_ANY = re.compile(r"\b(?:an?|any|another|some|every|each|no)\s+$", re.I)
# What is made by AI: the participle is kept.
_BY_MACHINE = re.compile(
    r"\b(?:machine|robot|computer|bot|algorithm)-(made|written|drawn|sung|voiced|composed|authored|penned|crafted|built|cloned)\b",
    re.I,
)
# Names that stand with an article where the byword did.
_WITH_THE = frozenset(
    "WGA|DGA|AMPTP|RIAA|Beatles|Oscar|Grammy|Emmy|Academy|Recording Academy|Game Awards|House|Senate|Pope|NFL|BBC|EU|White House"
    "|New York Times|Copyright Office|Super Bowl".split("|")
)
# 'The streamer' alone is whoever the question names; where it names none, the first that anybody thinks of.
_STREAMER = re.compile(r"\b(?:the|that|a) streamer\b", re.I)
_STREAMERS = re.compile(
    r"\b(?:Netflix|Amazon|Prime|Disney|Apple|Hulu|Max|HBO|Peacock|Paramount|Spotify|Deezer|Tidal|Twitch|Tubi|Crunchyroll)\b"
)
# Titles are looked up at most this long.
_LONGEST = 60
# 'The Barbie movie's star', 'the hit series Succession': what kind of work it is may stand at the title.
_WORK = (
    r"(?:(?:hit|tv|television|animated|live-action|streaming|video) )?"
    r"(?:film|movie|picture|series|show|sitcom|drama|comedy|franchise|saga|trilogy|game|song|album|novel|book)s?"
)
_WORK_BEHIND = re.compile(rf"(?:['\u2019]s)?[- ]{_WORK}$", re.I)
_THE_BEFORE = re.compile(r"(?<![\w'\u2019])(?:the|that)\s+$", re.I)
_WORD = re.compile(r"(?<![\w'\u2019])\S")
# 'Alien: Romulus' and 'Deadpool 2' are not the work, 'Lilo & Stitch' is not 'Stitch'.
_MORE_BEFORE = re.compile(r"(?:[&+:]|\w-)\s*$")
_MORE_BEHIND = re.compile(r":?\s+[A-Z\d]|\s+[&+]\s")
_QUOTES = "\"'\u201c\u201d\u2018\u2019"

# 'A YouTube creator' and 'iPhone owners' made neither: the second roles of a kind only as 'YouTube's creator', 'the owner of TikTok'.
_FIRM = r"maker|manufacturer|parent(?: (?:company|firm|group))?|company|firm|publisher|outfit|start-?up|giant"
_OWNER = r"owner|developer|creator|studio|lab|builder|operator|home"
_STUDIO = rf"{_FIRM}|(?:movie |film |game )?studio|streamer|streaming service|network|broadcaster|channel|distributor|developer|owner|rights[- ]?holder"
_CREATOR = r"(?:co-)?creator|author|(?:(?:script|screen)-?)?writer|novelist|playwright|show-?runner|designer|cartoonist|mastermind|scribe|mogul"
_DIRECTOR = r"(?:writer[-/])?director|(?:film|movie)-?maker|maker|auteur|helmer|mogul"
_STAR = (
    r"(?:lead )?act(?:or|ress)|star|lead|leading (?:man|lady)|hero|heroine|player|veteran|headliner|performer|thespian|comic|comedian|host"
    r"|presenter|narrator|alum(?:nus|na)?|voice (?:actor|actress|artist)"
)
_SINGER = (
    r"(?:pop |rock |country )?(?:singer|star)|singer-songwriter|rapper|songwriter|musician|front-?(?:man|woman)|hit-?maker|performer|crooner"
    r"|vocalist|songstress|chanteuse|artist|band|group|duo|trio|boss|founder|mogul"
)


@dataclass(frozen=True)
class _Kind:
    """Bywords of one kind, as title → names: a question without a match of `role` has none, which saves looking for each.

    `before` finds a role behind a title ('Titanic's director'), `behind` one in front of it ('the director of Titanic').
    """

    role: re.Pattern[str]
    before: re.Pattern[str]
    behind: re.Pattern[str]
    owned: re.Pattern[str]
    titles: dict[str, tuple[str, ...]]

    def found(self, question: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """(start, end, names) of each title that stands with a role. Titles are as they are written, with capitals: 'the dune
        actors' are not of Dune."""
        words = [match.start() for match in _WORD.finditer(question)]
        for match in self.before.finditer(question):
            work = _WORK_BEHIND.search(question, 0, match.start())
            for end in (match.start(), work.start()) if work else (match.start(),):
                start = next((i for i in words if end - _LONGEST <= i < end and self._names(question[i:end])), None)
                if start is None or _MORE_BEFORE.search(question, 0, start):
                    continue
                if not match["genitive"] and self.owned.fullmatch(match["role"]):
                    continue
                the = _THE_BEFORE.search(question, 0, start)
                yield the.start() if the else start, match.end(), self._names(question[start:end])
                break
        for match in self.behind.finditer(question):
            start = match.end()
            ends = (i for i in range(min(start + _LONGEST, len(question)), start, -1) if _ends(question, i))
            stop = next((i for i in ends if self._names(question[start:i])), None)
            if stop is not None and not _MORE_BEHIND.match(question, stop):
                the = _THE_BEFORE.search(question, 0, match.start())
                yield the.start() if the else match.start(), stop, self._names(question[start:stop])

    def _names(self, typed: str) -> tuple[str, ...]:
        return self.titles.get(typed) or (self.titles.get(typed.strip(_QUOTES), ()) if typed[0] in _QUOTES else ())


def _ends(question: str, at: int) -> bool:
    return at == len(question) or not (question[at].isalnum() or question[at] in "_-")


def _by_title(*sections: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    names: dict[str, list[str]] = {}
    for section in sections:
        for name, titles in section.items():
            for title in titles:
                if name not in names.setdefault(title, []):
                    names[title].append(name)
    return {title: tuple(those) for title, those in names.items()}


@lru_cache
def _nicknames() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(rf"(?<![\w'])(?:(?:the|that)\s+)?(?:{said})(?![\w-])", re.I), name) for name, said in _NICKNAMES.items()
    )


@lru_cache
def _kinds() -> tuple[_Kind, ...]:
    """The kinds, the likeliest first: 'Barbie's maker' is the company, not the film-maker."""
    data: dict[str, dict[str, list[str]]] = json.loads(BYWORDS.read_text(encoding="utf-8"))

    def kind(titles: dict[str, tuple[str, ...]], plain: str, owned: str, group: str) -> _Kind:
        """`plain`: roles behind a title; `owned`: those only behind its genitive; `group`: those 'behind' it."""
        every = rf"{plain}|{owned}" if owned else plain
        return _Kind(
            re.compile(rf"\b(?:{every}|{group})\b", re.I),
            re.compile(rf"(?P<genitive>['\u2019]s?)?[- ](?P<role>{every})(?![\w-])", re.I),
            re.compile(rf"\b(?:(?:{every}) (?:behind|of|in|from)|(?:{group}) behind) (?:(?:the|{_WORK}|the {_WORK}) )?", re.I),
            re.compile(owned or r"(?!)", re.I),
            titles,
        )

    directed = _by_title(data["directors"])
    return (
        kind(_by_title(data["makes"]), _FIRM, _OWNER, "makers|people|folks|group"),
        # Who directed a work often wrote it; where somebody else did, the table says so.
        kind(directed | _by_title(data["creators"]), _CREATOR, "", "man|woman|brains?|pen"),
        kind(_by_title(data["studios"]), _STUDIO, "creator|builder|operator|home", "makers|people|folks|group"),
        kind(directed, _DIRECTOR, "", "man|woman"),
        kind(_by_title(data["stars"], data["characters"]), _STAR, "", "man|woman|voice"),
        kind(_by_title(data["singers"]), _SINGER, "", "man|woman|voice"),
    )


def meant(question: str, known: Callable[[str], bool]) -> tuple[tuple[str, str], ...]:
    """(words of `question`, the name that they stand for), in order, for names that are `known` to the library.

    >>> meant("What did the mouse house send the search giant?", lambda name: True)
    (('the mouse house', 'Disney'), ('the search giant', 'Google'))
    >>> meant("What did Titanic's director tell ChatGPT's maker?", lambda name: name == "OpenAI")
    (("ChatGPT's maker", 'OpenAI'),)
    """
    found: list[tuple[int, int, str]] = []

    def named(start: int, end: int, *names: str) -> bool:
        """Whether the question names itself whom it means."""
        apposed = _NAME_BEFORE.search(question, 0, start) or _NAME_BEHIND.match(question, end)
        return bool(apposed) or any(name in question for name in names)

    for pattern, name in _nicknames():
        for match in pattern.finditer(question):
            if not _ASKED.search(question, 0, match.start()) and not named(*match.span(), name):
                found.append((*match.span(), name))
    taken: set[tuple[int, int]] = set()
    for kind in _kinds():
        for start, end, names in kind.found(question) if kind.role.search(question) else ():
            # 'A Matrix actor' may be any, and of two stars of a film only the one in the library can be meant.
            here = [name for name in names if known(name)]
            asked = _ASKED.search(question, 0, start) or _ANY.search(question, 0, start)
            if (start, end) not in taken and len(here) == 1 and not asked and not named(start, end, *names):
                found.append((start, end, here[0]))
            taken.add((start, end))
    if not _STREAMERS.search(question):
        found += [(match.start(), match.end(), "Netflix") for match in _STREAMER.finditer(question)]
    found += [(match.start(), match.end(), f"AI-{match[1]}") for match in _BY_MACHINE.finditer(question)]
    out: list[tuple[int, int, str]] = []
    for start, end, name in sorted(found, key=lambda one: (one[0] - one[1], one[0])):  # the longest wording wins
        if known(name) and not any(start < b and a < end for a, b, _ in out):
            out.append((start, end, name))
    return tuple((question[a:b], _with_article(question[a:b], name)) for a, b, name in sorted(out))


def _with_article(typed: str, name: str) -> str:
    return f"{typed[:4]}{name}" if typed[:4].lower() == "the " and name in _WITH_THE else name
