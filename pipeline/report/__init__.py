"""The report: one HTML file that opens offline, made of cells of the warehouse's tables.

`asked` chooses, `tables` reads, `journey_map` and `sections` lay out, `numbers` formats, `page`
writes the file; `paper` and `beside` write what lies beside it.
"""

from pipeline.report.asked import Asked
from pipeline.report.page import write_report

__all__ = ["Asked", "write_report"]
