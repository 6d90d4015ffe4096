"""What customers wrote, read for feelings, and made fit to be quoted.

`reading` tells the language and the sentiment of a text, with packages that are an extra;
`scrubbing` takes out of a text what could tell who wrote it; `step` makes run.texts.
"""

from pipeline.feelings.reading import NOT_READ, UNKNOWN, Reader, Reading
from pipeline.feelings.scrubbing import scrubbed
from pipeline.feelings.step import texts_step

__all__ = ["NOT_READ", "UNKNOWN", "Reader", "Reading", "scrubbed", "texts_step"]
