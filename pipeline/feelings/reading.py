"""The language of a text, and its sentiment where there is a lexicon for that language.

Language: py3langid (Lui and Baldwin, langid.py, ACL 2012). Sentiment: the lexicon of Pattern (De
Smedt and Daelemans, Pattern for Python, JMLR 13, 2012) by TextBlob, English only. Both are the
extra `feelings` of the package; without it nothing is read, and that is said.
"""

from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple

PACKAGES = ("py3langid", "textblob")
NOT_READ, UNKNOWN = "not read", "unknown"
SURE = 0.6  # more likely than all the other languages together
# Languages that are told apart; of all that there are, rare ones would be guessed for short texts.
LANGUAGES = (
    "ar", "bg", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr",
    "hu", "id", "is", "it", "ja", "ko", "lt", "lv", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk",
    "sl", "sr", "sv", "th", "tr", "uk", "vi", "zh",
)  # fmt: skip
WITH_LEXICON = frozenset({"en"})


class Reading(NamedTuple):
    """What was read from a text: its language, and the sentiment from -1 to 1.

    The sentiment is None where there is no lexicon, or the text has none of its words.
    """

    language: str
    sentiment: float | None


class Reader:
    """Reads texts. `version` names the packages that do; it is empty where they are missing."""

    def __init__(self) -> None:
        self.version = _versions()
        self._languages: Any = None
        self._lexicon: Any = None

    def read(self, text: str) -> Reading:
        """The language, `unknown` where it is not told by the text, and the sentiment."""
        if not self.version:
            return Reading(NOT_READ, None)
        if self._languages is None:
            self._load()
        language, chance = self._languages.classify(text)
        if chance < SURE:
            return Reading(UNKNOWN, None)
        return Reading(language, self._sentiment(text) if language in WITH_LEXICON else None)

    def _load(self) -> None:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
        from textblob.en.sentiments import PatternAnalyzer

        self._languages = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        self._languages.set_languages(list(LANGUAGES))
        self._lexicon = PatternAnalyzer()

    def _sentiment(self, text: str) -> float | None:
        found = self._lexicon.analyze(text, keep_assessments=True)
        return round(float(found.polarity), 6) if found.assessments else None


def _versions() -> str:
    try:
        return " ".join(f"{name} {version(name)}" for name in PACKAGES)
    except PackageNotFoundError:
        return ""
