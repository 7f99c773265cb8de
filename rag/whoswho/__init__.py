"""General knowledge of the field: whom and what a question describes without naming it.

'The postwar architect epic' shares no word with a passage about The Brutalist, and the small models of a library do not know that they
are the same. `entries.jsonl` says of each name what people call it by; a question is compared with that (`described`), and passages that
have the name of what it describes rank higher and are searched for by it.
"""

from rag.whoswho.described import Described, WhosWho, table

__all__ = ["Described", "WhosWho", "table"]
