"""Maps of one touchpoint, and of 40 stages with 320 touchpoints and long names, stay readable."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import chromium
from playwright.sync_api import Browser, Page
from report_sizes import named, of_size

from pipeline.report.page import render

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SIZES = {"one": (1, 1), "huge": (40, 8)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("sizes")
    for name, size in SIZES.items():
        (folder / f"{name}.html").write_text(render(*of_size(*size)), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in SIZES}


def opened(browser: Browser, report: Path, width: int) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(120_000)
    page.goto(report.as_uri())
    return page


@pytest.mark.parametrize("width", [360, 1600])
@pytest.mark.parametrize("size", SIZES)
def test_no_word_lies_over_another_and_nothing_scrolls_the_page(
    browser: Browser, reports: dict[str, Path], size: str, width: int
) -> None:
    page = opened(browser, reports[size], width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    spilled = page.locator("#map .stage > *, .labels > div").evaluate_all(
        "cells => cells.filter(each => each.scrollWidth > each.clientWidth + 1).length"
    )
    assert spilled == 0
    assert page.locator("#map .stage:visible").count() == SIZES[size][0]


def test_a_huge_map_lists_six_touchpoints_a_stage_and_bounded_tables(
    browser: Browser, reports: dict[str, Path]
) -> None:
    page = opened(browser, reports["huge"], 1440)
    assert page.locator("#map .stage").first.locator(".touch").count() == 6
    assert "and 2 more" in page.locator("#map .stage").first.inner_text()
    rows = page.locator("table").evaluate_all("all => all.map(each => each.rows.length)")
    assert max(rows) <= 100
    assert reports["huge"].stat().st_size < 8 * 2**20


def test_a_name_from_right_to_left_leaves_the_order_around_it(
    browser: Browser, reports: dict[str, Path]
) -> None:
    page = opened(browser, reports["huge"], 1440)
    name = page.locator("#map .stage bdi", has_text="touchpoint 2.0").first
    count = name.locator("xpath=following-sibling::small")
    box, beside = name.bounding_box(), count.bounding_box()
    assert box and beside
    assert (round(beside["y"]), beside["x"]) > (round(box["y"]), box["x"])


def test_the_whole_of_a_long_name_is_there_on_hover(
    browser: Browser, reports: dict[str, Path]
) -> None:
    page = opened(browser, reports["huge"], 1440)
    titles = page.locator("#map h4 bdi[title]").evaluate_all("all => all.map(each => each.title)")
    assert named(1) in titles


def test_a_huge_map_prints_in_bands_of_eight_stages(
    browser: Browser, reports: dict[str, Path]
) -> None:
    page = opened(browser, reports["huge"], 1440)
    page.emulate_media(media="print")
    tops = page.locator("#map .stage > header").evaluate_all(
        "all => all.map(each => Math.round(each.getBoundingClientRect().top))"
    )
    assert [tops.count(top) for top in sorted(set(tops))] == [8] * 5
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
    assert pages <= 40
