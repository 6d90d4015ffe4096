"""What the terminal says at a run's end."""

from dataclasses import replace

import pytest

from pipeline.database import open_readonly
from pipeline.summary import Summary, read_summary, summary_lines

NOTHING = Summary(*[0] * 11, None, (), ())


@pytest.mark.parametrize(
    "personas, unknown, line",
    [
        (3, 0, "3 personas"),
        (3, 1, "3 personas; of 1 customer too little is known to tell theirs"),
        (1, 1200, "No separate personas; of 1,200 customers too little is known to tell theirs"),
    ],
)
def test_it_tells_the_personas_and_of_how_many_theirs_is_unknown(personas, unknown, line):
    assert line in summary_lines(replace(NOTHING, personas=personas, unknown=unknown))


def test_of_the_sample_it_tells_three(sample_warehouse):
    with open_readonly(sample_warehouse) as connection:
        assert read_summary(connection).personas == 3
