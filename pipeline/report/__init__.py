"""The report: one HTML file that opens offline, made of cells of the warehouse's tables.

`tables` reads, `journey_map` and `sections` lay out, `numbers` formats, `page` writes the file.
"""

from pipeline.report.page import write_report

__all__ = ["write_report"]
