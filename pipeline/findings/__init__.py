"""Findings: what to act on, each as a sentence made from the fields of its row, with its evidence.

Each kind has a table in `sql/findings/` with one row per thing that was looked at. findings.tests
takes all of them into one family of tests, findings.findings keeps what stands up and ranks it,
and this package tells it. To add a kind:

1. Make the table, `sql/findings/<kind>s.sql`, with a `finding_id` that is the same in every run
   ('<kind>-' and ten letters of the md5 of kind, persona, place and what else tells it apart),
   `customers`, the estimate with its interval, and a `z_value` whose p-value is the normal law's.
2. Add one CTE to `sql/findings/tests.sql` with its rows in the columns of the others, and one line
   to its union: kind; a `theme` that it shares with whatever tells the same story (or its
   finding_id); persona_id ('all' for everyone); stage and touchpoint, or null; `looks`, in how many
   places the largest was searched for (1: in one); conversions_lost with its interval (below zero:
   gained; 0 where it is not known, then it ranks last); is_large, whether it is worth telling.
   Rows below `min_group` are left out there.
3. Write `pipeline/findings/<kind>s.py` with a function from the row of the kind's table, with the
   columns `name` (of the persona) and `conversions` beside, to the sentence; enter it in
   `telling.TELLERS` with the table, the columns that are its evidence, and a select of the
   customers concerned (customer_id, given $finding_id).
4. Test the sentence literally, and that the finding appears in a world where it was planted.
"""

from pipeline.findings.between_runs import (
    Between,
    compare_runs,
    since_last_run,
    tell_between,
)
from pipeline.findings.customers import write_customers
from pipeline.findings.finding import Finding
from pipeline.findings.reading import largest_drop_offs, read_findings
from pipeline.findings.standing import Standing, standings
from pipeline.findings.trust import tell_trust

__all__ = [
    "Between", "Finding", "Standing", "compare_runs", "largest_drop_offs", "read_findings",
    "since_last_run", "standings", "tell_between", "tell_trust", "write_customers",
]  # fmt: skip
