"""What a question asks for, read from its words alone: outlets, dates, names, its sides, and the kind of answer."""

from rag.question.kind import Asks, asks
from rag.question.parts import MOST_PARTS, parts
from rag.question.understand import understand

__all__ = ["MOST_PARTS", "Asks", "asks", "parts", "understand"]
