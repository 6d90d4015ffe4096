"""findings.rejections: how many rows could not be used, by source, column and reason."""

from graph_rows import made

from pipeline.database import open_warehouse


def test_rows_are_counted_by_source_column_and_reason() -> None:
    connection = open_warehouse(":memory:")
    connection.execute(
        "create table landing.rejected_rows (source varchar, column_name varchar, reason varchar)"
    )
    connection.execute(
        "insert into landing.rejected_rows values ('web', 'time', 'empty'), "
        "('web', 'time', 'empty'), ('web', null, 'no identifier')"
    )
    assert made(connection, "findings.rejections") == [
        ("web", "", "no identifier", 1),
        ("web", "time", "empty", 2),
    ]
