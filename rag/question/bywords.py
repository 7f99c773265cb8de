"""What the trade calls people and companies instead of by name: 'the Mouse House', 'ChatGPT's maker', 'the Titanic director'.

Neither the words nor the small models of a library know that the Mouse House is Disney; whoever asks does. General knowledge of the
field, written down once, like the abbreviations in `rag.question.same`; a name is only read in where the library has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

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
# 'Which actors' guild?', 'who is the maker of Sora?' ask for the name.
_ASKED = re.compile(r"\b(?:which|what|many|(?:who|what)(?:'s| is| was| are| were))\s+(?:the\s+|that\s+)?$", re.I)
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
# Maker → what it makes: 'Claude's maker', 'the company behind Claude', 'the Claude developer'.
_MAKES = {
    "OpenAI": "ChatGPT|Chat ?GPT|GPT-?\\d?|Sora|DALL-?E|Whisper|Critterz",
    "Anthropic": "Claude",
    "Google": "Gemini|Android|Veo|Flow|Gmail|Pixel|DeepMind|YouTube",
    "Meta": "Facebook|Instagram|WhatsApp|Llama",
    "Microsoft": "Windows|Xbox|Copilot|Bing|LinkedIn",
    "Apple": "iPhone|iPad|iOS|Mac|Siri|iTunes",
    "Amazon": "Alexa|Prime Video|Kindle|Twitch|Audible",
    "xAI": "Grok",
    "ByteDance": "TikTok|CapCut|Seedance|Douyin",
    "Kuaishou": "Kling",
    "MiniMax": "Hailuo(?: AI)?",
    "Adobe": "Photoshop|Firefly|Premiere",
    "Stability AI": "Stable Diffusion",
    "Nvidia": "GeForce|RTX",
    "Activision": "Call of Duty",
    "Krafton": "PUBG|inZOI",
    "Epic Games": "Fortnite|Unreal(?: Engine)?",
    "Rockstar": "GTA|Grand Theft Auto|Red Dead(?: Redemption)?",
    "Ubisoft": "Assassin's Creed|Rayman",
    "Embark": "Arc Raiders|The Finals",
    "Sandfall": "Clair Obscur|Expedition 33",
    "Valve": "Steam|Half-Life",
    "Sony": "PlayStation|Spider-Man",
    "Warner": "Batman|Harry Potter|Looney Tunes|HBO",
    "Disney": "Star Wars|Marvel|Pixar|Mickey(?: Mouse)?|ESPN|Frozen",
    "Hasbro": "Monopoly|Dungeons (?:&|and) Dragons|Transformers",
    "Mattel": "Barbie|Hot Wheels",
    "Coca-Cola": "Coke|Fanta|Sprite",
    "Pepsi": "Gatorade|Mountain Dew",
}
# 'A YouTube creator' and 'iPhone owners' made neither: these roles only as 'YouTube's creator', 'the owner of TikTok'.
_MAKER = r"maker|parent(?: company)?|company|firm|publisher|outfit|start-?up|giant"
_OWNER = r"owner|developer|creator|studio|lab|builder"
# Person → works: of those on screen 'star', of those behind it 'director' and the like.
_STARS = {
    "Scarlett Johansson": "Black Widow|Lost in Translation|Marriage Story",
    "Tom Hanks": "Forrest Gump|Cast Away|Toy Story|Saving Private Ryan|Philadelphia",
    "Tyler Perry": "Madea",
    "Tom Cruise": "Mission:? Impossible|Jerry Maguire|Risky Business",
    "Val Kilmer": "Iceman|Tombstone|The Doors|Batman Forever",
    "Bryan Cranston": "Breaking Bad|Malcolm in the Middle",
    "Robert Downey": "Iron Man|Sherlock Holmes",
    "Bruce Willis": "Die Hard|Sixth Sense|Pulp Fiction",
    "Keanu Reeves": "Matrix|John Wick",
    "Harrison Ford": "Indiana Jones|Blade Runner|Fugitive",
    "James Dean": "Rebel Without a Cause|East of Eden",
    "Morgan Freeman": "Shawshank(?: Redemption)?|Driving Miss Daisy",
    "Nicolas Cage": "Face/Off|National Treasure|Leaving Las Vegas",
    "Brad Pitt": "Fight Club|Se7en|Moneyball|Troy",
    "Ben Affleck": "Good Will Hunting|Argo|Gone Girl",
    "Ryan Reynolds": "Deadpool",
    "Taylor Swift": "Shake It Off|Eras(?: Tour)?",
    "Adrien Brody": "Pianist|Brutalist",
    "Arnold Schwarzenegger": "Terminator|Predator|Kindergarten Cop",
    "Peter Cushing": "Grand Moff Tarkin|Tarkin",
    "Robin Williams": "Mrs\\.? Doubtfire|Good Morning,? Vietnam|Aladdin",
    "Natasha Lyonne": "Russian Doll|Poker Face|Orange Is the New Black",
    "Justine Bateman": "Family Ties",
    "Fran Drescher": "The Nanny|Nanny",
    "Sean Astin": "Goonies|Samwise",
    "Emily Blunt": "Devil Wears Prada|Quiet Place",
    "Whoopi Goldberg": "Sister Act",
    "Will Smith": "Fresh Prince|Men in Black",
    "Margot Robbie": "Barbie",
    "Stephen Fry": "Jeeves|Blackadder",
    "Dhanush": "Raanjhanaa",
    "Jamie Lee Curtis": "Halloween|Freaky Friday",
    "Marilyn Monroe": "Some Like It Hot|Seven Year Itch",
    "Judy Garland": "Meet Me in St\\.? Louis",
    "Carrie Fisher": "Princess Leia|Leia",
    "Mark Hamill": "Luke Skywalker|Skywalker",
    "James Earl Jones": "Mufasa|Field of Dreams",
    "Audrey Hepburn": "Breakfast at Tiffany's|My Fair Lady",
    "Tom Holland": "Spider-Man|Uncharted",
    "Zendaya": "Euphoria|Dune",
    "Matthew McConaughey": "Interstellar|True Detective|Dallas Buyers Club",
    "Michael Caine": "Alfie|Italian Job",
    "Cate Blanchett": "T[aá]r|Galadriel|Blue Jasmine",
    "Glenn Close": "Fatal Attraction",
    "Gal Gadot": "Wonder Woman",
    "Joseph Gordon-Levitt": "Third Rock from the Sun|500 Days of Summer",
    "Leonardo DiCaprio": "Wolf of Wall Street|Revenant",
    "Simon Pegg": "Shaun of the Dead|Hot Fuzz",
    "Brian Cox": "Succession|Logan Roy",
    "Robert De Niro": "Raging Bull|Taxi Driver",
    "Al Pacino": "Scarface",
    "Jack Nicholson": "The Shining|Chinatown",
    "Elijah Wood": "Frodo",
    "Ashly Burch": "Aloy|Horizon",
    "Troy Baker": "The Last of Us|Last of Us",
    "Kristen Bell": "Veronica Mars",
    "Sarah Silverman": "Bedwetter",
    "Steve Harvey": "Family Feud",
    "David Attenborough": "Planet Earth|Blue Planet",
}
_SINGERS = {
    "Drake": "Hotline Bling|God's Plan|Started from the Bottom",
    "The Weeknd": "Blinding Lights|Starboy",
    "Jay-Z": "99 Problems|Empire State of Mind|Roc Nation",
    "Kendrick Lamar": "Not Like Us",
    "Eminem": "Lose Yourself|8 Mile",
    "Celine Dion": "My Heart Will Go On",
    "Randy Travis": "Forever and Ever,? Amen|Diggin(?:g|') Up Bones",
    "Billie Eilish": "Bad Guy|Ocean Eyes",
    "Dolly Parton": "Jolene|9 to 5",
    "Johnny Cash": "Ring of Fire",
    "Frank Sinatra": "My Way|New York,? New York|Strangers in the Night",
    "Elton John": "Rocket Man|Candle in the Wind",
    "Paul McCartney": "Band on the Run",
    "Freddie Mercury": "Bohemian Rhapsody",
    "David Bowie": "Ziggy Stardust|Space Oddity",
    "Kate Bush": "Running Up That Hill|Wuthering Heights",
    "Amy Winehouse": "Rehab|Back to Black",
    "Katy Perry": "Firework",
    "Ariana Grande": "Thank U,? Next",
    "Stevie Wonder": "Superstition",
    "Rihanna": "Umbrella",
    "Ed Sheeran": "Shape of You|Thinking Out Loud",
    "Nick Cave": "Bad Seeds|Red Right Hand",
    "Sting": "Every Breath You Take|The Police|Roxanne",
    "Bad Bunny": "Un Verano Sin Ti|T[ií]t[ií] Me Pregunt[oó]",
}
_DIRECTORS = {
    "James Cameron": "Titanic|Avatar|Terminator|Aliens|The Abyss|Abyss",
    "Steven Spielberg": "Jaws|E\\.?T\\.?|Jurassic Park|Schindler's List",
    "George Lucas": "Star Wars",
    "Christopher Nolan": "Oppenheimer|Dark Knight|Inception|Interstellar",
    "Martin Scorsese": "Taxi Driver|Goodfellas|Irishman",
    "Robert Zemeckis": "Back to the Future|Forrest Gump|Polar Express",
    "Peter Jackson": "Lord of the Rings|Hobbit|Get Back",
    "Tyler Perry": "Madea",
    "Francis Ford Coppola": "Godfather|Apocalypse Now|Megalopolis",
    "Quentin Tarantino": "Pulp Fiction|Kill Bill|Reservoir Dogs",
    "Paul Schrader": "Taxi Driver|First Reformed",
    "Tim Burton": "Beetlejuice|Edward Scissorhands",
    "David Fincher": "Fight Club|Se7en|Social Network",
    "Denis Villeneuve": "Dune|Arrival|Blade Runner 2049",
    "Greta Gerwig": "Barbie|Lady Bird",
    "Zack Snyder": "Justice League|Man of Steel|Rebel Moon",
    "Rian Johnson": "Knives Out|Last Jedi",
    "J.K. Rowling": "Harry Potter",
    "Aaron Sorkin": "West Wing",
    "Shonda Rhimes": "Grey's Anatomy|Bridgerton",
    "Seth MacFarlane": "Family Guy",
    "Matt Groening": "Simpsons",
    "Hideo Kojima": "Metal Gear(?: Solid)?|Death Stranding",
    "Vince Gilligan": "Breaking Bad|Better Call Saul|Pluribus|X-Files",
    "Charlie Brooker": "Black Mirror",
    "Brady Corbet": "Brutalist",
    "Guillermo del Toro": "Pan's Labyrinth|Shape of Water|Hellboy",
    "Hayao Miyazaki": "Spirited Away|My Neighbou?r Totoro|Studio Ghibli",
    "Darren Aronofsky": "Black Swan|The Whale|Requiem for a Dream",
    "Ridley Scott": "Alien|Blade Runner|Gladiator",
    "Jordan Peele": "Get Out",
    "Morgan Neville": "Roadrunner|Bourdain documentary",
    "George R.R. Martin": "Game of Thrones",
    "Stephen King": "The Shining|Shining",
    "John Grisham": "The Firm|Pelican Brief",
}
_SINGER = r"singer|rapper|star|songwriter|musician|frontman|hitmaker|performer|crooner|boss|founder|mogul"
_STAR = r"star|lead|actor|actress|leading (?:man|lady)|hero|heroine|player|veteran"
_DIRECTOR = r"director|film-?maker|creator|maker|auteur|helmer|author|writer|novelist|showrunner|mogul"


@dataclass(frozen=True)
class _Kind:
    """Bywords of one kind: a question without a match of `role` has none, which saves looking for each. `one_of_many` are those that
    stand for nobody behind 'a': 'a Matrix actor' may be any."""

    role: re.Pattern[str]
    names: tuple[tuple[re.Pattern[str], str], ...]
    one_of_many: bool = True


@lru_cache
def _kinds() -> tuple[_Kind, ...]:
    the = r"(?<![\w'])(?:(?i:the|that)\s+)?"
    end = r"(?![\w-])"

    def kind(works: dict[str, str], plain: str, owned: str, group: str) -> _Kind:
        """`plain`: roles behind a title; `owned`: those only behind its genitive; `group`: those 'behind' it."""
        named = []
        for name, things in works.items():  # titles as they are written, with capitals: 'the dune actors' are not of Dune
            before = rf"{the}(?:{things})(?:(?:'s)?[- ](?i:{plain})|'s (?i:{owned})){end}"
            behind = rf"{the}(?:(?i:{plain}|{owned}) (?:behind|of|in|from)|(?i:{group}) behind) (?:{things}){end}"
            named.append((re.compile(f"{before}|{behind}"), name))
        return _Kind(re.compile(rf"\b(?:{plain}|{owned}|{group})\b", re.I), tuple(named))

    nicknames = tuple((re.compile(rf"{the}(?:{said}){end}", re.I), name) for name, said in _NICKNAMES.items())
    return (
        _Kind(re.compile(""), nicknames, one_of_many=False),
        kind(_MAKES, _MAKER, _OWNER, "makers|people|folks|group"),
        *(
            kind(works, role, role, "man|woman")
            for works, role in ((_STARS, _STAR), (_DIRECTORS, _DIRECTOR), (_SINGERS, _SINGER))
        ),
    )


def meant(question: str, known: Callable[[str], bool]) -> tuple[tuple[str, str], ...]:
    """(words of `question`, the name that they stand for), in order, for names that are `known` to the library.

    >>> meant("What did the mouse house send the search giant?", lambda name: True)
    (('the mouse house', 'Disney'), ('the search giant', 'Google'))
    >>> meant("What did Titanic's director tell ChatGPT's maker?", lambda name: name == "OpenAI")
    (("ChatGPT's maker", 'OpenAI'),)
    """
    found: list[tuple[int, int, str]] = []
    for kind in _kinds():
        for pattern, name in kind.names if kind.role.search(question) else ():
            for match in pattern.finditer(question):
                before = question[: match.start()]
                asked = _ASKED.search(before) or (kind.one_of_many and _ANY.search(before))
                named = name in question or _NAME_BEFORE.search(before) or _NAME_BEHIND.match(question, match.end())
                if not asked and not named:
                    found.append((match.start(), match.end(), name))
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
