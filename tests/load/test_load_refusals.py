"""What stops a load, in words: which file, what is wrong, what is there, what to do."""

import gzip

import pytest
from exports import DEALS

from pipeline.errors import InputError

HEADER = "at,what,who\n"


def refused(exports):
    with pytest.raises(InputError) as caught:
        exports.load()
    said = str(caught.value)
    assert str(exports.folder) in said and "source " in said
    for foreign in ("LINE 1", "read_csv", "Error:", "store_rejects", "duckdb"):
        assert foreign not in said
    return said


def test_a_file_that_is_not_there(exports):
    exports.log(path="wbe.csv").write("web.csv", HEADER)
    assert "wbe.csv" in refused(exports) and "Did you mean web.csv?" in refused(exports)


def test_a_folder_that_is_not_there(exports):
    assert "does not exist" in refused(exports.log(path="other/web.csv"))


def test_a_pattern_that_nothing_matches(exports):
    exports.log(path="web*.csv").write("deals.csv", HEADER)
    assert "web*.csv" in refused(exports) and "deals.csv" in refused(exports)


def test_an_ending_that_says_nothing(exports):
    said = refused(exports.log().write("web.xlsx", b"PK"))
    assert "web.xlsx" in said and "csv, ndjson and parquet" in said


@pytest.mark.parametrize("name", ["web.csv", "web.ndjson", "web.parquet"])
def test_zero_bytes(exports, name):
    assert "the file is empty" in refused(exports.log().write(name, b""))


@pytest.mark.parametrize("content", [b"\n\n", b"\xef\xbb\xbf"])
def test_no_header(exports, content):
    assert "no header" in refused(exports.log().write("web.csv", content))


def test_a_missing_column(exports):
    said = refused(exports.log().write("web.csv", "at,wath,who\n2025-01-01,page,a\n"))
    assert "no column 'what'. Did you mean wath?" in said and "The file has: at, wath, who" in said


def test_every_missing_column_is_told_at_once(exports):
    said = refused(exports.log().write("web.csv", "a,b\n1,2\n"))
    assert all(f"no column {name!r}" in said for name in ("at", "what", "who"))


def test_a_column_missing_in_the_second_of_two_files(exports):
    exports.write("web-1.csv", HEADER + "2025-01-01,page,a\n").write("web-2.csv", "at,who\n")
    said = refused(exports.log())
    assert "web-2.csv" in said and "no column 'what'" in said


def test_a_column_missing_in_parquet(exports):
    exports.log().write_parquet("web.parquet", "select 'x' as at, 'y' as what")
    assert "no column 'who'" in refused(exports)


@pytest.mark.parametrize("key", ["at", "what", "who"])
def test_a_key_that_no_line_has(exports, key):
    line = {"at": '"2025-01-01"', "what": '"page"', "who": '"a"', "more": "1"}
    del line[key]
    text = "{" + ", ".join(f'"{name}": {value}' for name, value in line.items()) + "}\n"
    said = refused(exports.log().write("web.ndjson", text * 3))
    assert f"no column {key!r}" in said and "more" in said


def test_a_key_that_only_some_lines_have_is_fine(exports):
    exports.log(identifiers={"visitor": "who", "email": "mail"}, columns={"page": "url"})
    line = '{"at": "2025-01-01", "what": "page", "who": "a"}\n'
    exports.write("web.ndjson", line).load()
    assert exports.balance("rows_used") == [(1,)]


def test_wide_lines_without_any_time(exports):
    exports.wide(path="deals.ndjson").write("deals.ndjson", '{"id": 1, "who": "a", "made": 1}\n')
    assert "no column 'created' or 'closed'" in refused(exports)


def test_a_column_that_is_there_twice(exports):
    said = refused(exports.log().write("web.csv", "at,what,who,who\n2025-01-01,page,a,b\n"))
    assert "'who' is in the header 2 times" in said


def test_a_name_that_lies_about_gzip(exports):
    path = exports.folder / "web.csv.gz"
    path.write_text(HEADER)
    assert "no gzip file" in refused(exports.log())


def test_a_gzip_file_that_was_cut_short(exports):
    rows = "".join(f"2025-01-01 10:00:{n % 60:02},page {n * 7919},a\n" for n in range(200_000))
    packed = gzip.compress((HEADER + rows).encode())
    (exports.folder / "web.csv.gz").write_bytes(packed[: len(packed) // 2])
    assert "cut short" in refused(exports.log())


def test_a_parquet_file_that_is_none(exports):
    assert "Parquet" in refused(exports.log().write("web.parquet", HEADER))


def test_two_kinds_of_line_breaks(exports):
    exports.log().write("web.csv", HEADER + "2025-01-01,page,a\r\n2025-01-02,page,a\n")
    assert "line breaks of two kinds" in refused(exports)


def test_windows_signs_that_latin_1_lacks(exports):
    exports.log().write("web.csv", (HEADER + "2025-01-01,5 €,a\n").encode("cp1252"))
    assert "Windows-1252" in refused(exports)


def test_an_encoding_that_nobody_knows(exports):
    exports.log(encoding="klingon").write("web.csv", HEADER)
    said = refused(exports)
    assert "'klingon'" in said and "utf-8, utf-16 or latin-1" in said


def test_a_quote_that_takes_the_rest_of_the_file(exports):
    rows = "2025-01-01,page,a\n" * 100_000
    exports.log().write("web.csv", HEADER + rows + '2025-01-01,"page,a\n' + rows)
    said = refused(exports)
    assert "row 100001 has a quote that is not closed" in said


def test_too_many_rejected_rows(exports):
    exports.log().write("web.csv", HEADER + "2025-01-01,page,a\nsoon,page,a\n31/12/2025,page,a\n")
    said = refused(exports)
    assert "2 of 3 rows were rejected, 67%" in said
    assert "the time cannot be read: 1 rows, the first is row 2, which has 'soon'" in said
    assert "write 2025-12-31: 1 rows, the first is row 3, which has '31/12/2025'" in said
    assert "max_rejected_share" in said


def test_no_usable_time_at_all(exports):
    exports.log().write("web.csv", HEADER + "soon,page,a\n,page,a\n")
    assert "no row has a usable time (column 'at')" in refused(exports)


def test_wide_rows_without_usable_times(exports):
    exports.wide().write("deals.csv", DEALS + "1,1,a,soon,later,won,5\n")
    assert "no row has a usable time (columns 'created', 'closed')" in refused(exports)


def test_as_much_as_is_allowed_may_be_rejected(exports):
    exports.log().write("web.csv", HEADER + "2025-01-01,page,a\n" * 19 + "soon,page,a\n").load()
    assert exports.balance("rows_read", "rows_rejected") == [(20, 1)]


def test_a_refused_load_leaves_the_next_one_alone(exports):
    exports.log().write("web-1.csv", HEADER + "2025-01-01,page,a\n" * 19 + "soon,page,a\n").load()
    exports.write("web-2.csv", HEADER + "2025-01-02,page,a\n" * 19 + "soon,page,a\n").load()
    assert exports.balance("rows_rejected") == [(2,)]
