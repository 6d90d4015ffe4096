"""The report in a real browser: what moves, what must not, and how it fits."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import report_rows
from axe_playwright_python.sync_playwright import Axe
from chromium import chromium
from playwright.sync_api import Browser, Page

from pipeline.database import open_readonly
from pipeline.report import write_report
from pipeline.report.asked import Asked
from pipeline.report.page import render

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

HOSTILE = (
    "<script>window.hacked = 1</script>",
    '"><img src=x onerror="window.hacked = 2">',
    "'); window.hacked = 3; ('",
    '=HYPERLINK("https://evil.example", "click")',
    "</script><script>window.hacked = 4</script>",
    "\u202eright to left\u202c \u05d0\u05d1\u05d2",
    "long " + "x" * 10_000,
    "🧑🏽‍🔬 {{ 7 * 7 }} {% raw %}",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("report"), report_rows.tables(), report_rows.settings())


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    names = dict(zip(report_rows.STAGES, HOSTILE, strict=False))
    names |= {
        name: f"{HOSTILE[place % len(HOSTILE)]} {place}"
        for place, name in enumerate(sum(report_rows.TOUCHPOINTS.values(), ()))
    }
    tables = report_rows.renamed(report_rows.tables(), names)
    settings = report_rows.renamed_settings(
        report_rows.settings(title=HOSTILE[0], questions=list(HOSTILE)), names
    )
    return written(tmp_path_factory.mktemp("hostile"), tables, settings)


def written(folder: Path, tables: Any, settings: Any) -> Path:
    path = folder / "report.html"
    path.write_text(render(tables, settings), encoding="utf-8", newline="")
    return path


def opened(browser: Browser, report: Path, **how: Any) -> tuple[Page, list[str]]:
    """The report in a page of its own, and what it complained of or asked for meanwhile."""
    how.setdefault("viewport", {"width": 1280, "height": 900})
    page = browser.new_context(**how).new_page()
    page.set_default_timeout(120_000)  # a machine with much else to do is slow, not wrong
    noise: list[str] = []
    page.on("console", lambda message: noise.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: noise.append(f"error: {error}"))
    page.on("dialog", lambda dialog: noise.append(f"dialog: {dialog.message}"))
    page.on("request", lambda request: noise.append(f"request: {request.url[:80]}"))
    page.goto(report.as_uri())
    noise[:] = [line for line in noise if line != f"request: {report.as_uri()[:80]}"]
    return page, noise


def scrolled(page: Page) -> None:
    page.evaluate(
        """async () => {
            for (let y = 0; y < document.body.scrollHeight; y += 600) {
                scrollTo({top: y, behavior: 'instant'});
                await new Promise(done => setTimeout(done, 30));
            }
        }"""
    )
    page.wait_for_timeout(300)


@pytest.mark.parametrize("which", ["report", "hostile"])
def test_reading_it_to_the_end_logs_nothing_and_asks_for_nothing(
    browser: Browser, which: str, request: pytest.FixtureRequest
) -> None:
    page, noise = opened(browser, request.getfixturevalue(which))
    scrolled(page)
    assert noise == []
    assert page.locator("#time .main-svg").first.is_visible()


def test_hostile_names_do_nothing(browser: Browser, hostile: Path) -> None:
    page, _ = opened(browser, hostile)
    scrolled(page)
    for node in page.locator(".for-persona:visible .graph .node").all():
        node.dispatch_event("click")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img[src=x], a[href^='http'], a[href^='javascript']").count() == 0
    assert "{{ 7 * 7 }}" in page.locator("body").inner_text()


@pytest.mark.parametrize("which", ["report", "hostile"])
@pytest.mark.parametrize("width", [360, 768, 1280, 1600])
def test_the_page_never_scrolls_sideways(
    browser: Browser, width: int, which: str, request: pytest.FixtureRequest
) -> None:
    page, _ = opened(
        browser, request.getfixturevalue(which), viewport={"width": width, "height": 800}
    )
    scrolled(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("scripts", [True, False])
def test_a_persona_is_switched_in_place(browser: Browser, report: Path, scripts: bool) -> None:
    page, _ = opened(browser, report, java_script_enabled=scripts)
    shown = page.locator("#map .for-persona:visible")
    assert "40.8" in shown.inner_text()
    page.locator(".chips label", has_text="Start-ups").click()
    assert shown.count() == 1
    assert shown.get_attribute("data-persona") == "3"
    assert "40.8" not in shown.inner_text()


@pytest.mark.parametrize("scripts", [True, False])
def test_two_personas_stand_side_by_side(browser: Browser, report: Path, scripts: bool) -> None:
    page, _ = opened(browser, report, java_script_enabled=scripts)
    page.locator(".chips label", has_text="Start-ups").click()
    page.locator("#beside").select_option("Mid-sized, from search")
    shown = page.locator("#map .for-persona:visible")
    assert [block.get_attribute("data-persona") for block in shown.all()] == ["2", "3"]


def test_without_scripts_the_first_screen_and_the_map_still_read(
    browser: Browser, report: Path
) -> None:
    page, _ = opened(browser, report, java_script_enabled=False)
    text = page.locator("body").inner_text()
    assert "5\u202f610 journeys" in text
    assert "Mid-sized customers get lost after the workshop" in text
    assert page.locator("#map .stage:visible").count() == len(report_rows.STAGES)


NODES = """() => {
    const count = (node) => [...node.childNodes].reduce((sum, each) => sum + count(each), 1);
    return count(document);
}"""


def test_only_who_is_shown_is_in_the_page_until_others_are_chosen(
    browser: Browser, report: Path
) -> None:
    page, noise = opened(browser, report)
    blocks = page.locator(".for-persona")
    assert {each.get_attribute("data-persona") for each in blocks.all()} == {"0"}
    page.locator("#graph-share").fill("30")
    page.locator(".chips label", has_text="Start-ups").click()
    assert {each.get_attribute("data-persona") for each in blocks.all()} == {"0", "3"}
    scrolled(page)
    assert page.locator("#time .for-persona:visible .main-svg").first.is_visible()
    edges = page.locator("#graph .for-persona:visible .edge:visible").all()
    assert all(float(edge.get_attribute("data-share") or 0) >= 0.3 for edge in edges)
    page.locator("#graph .for-persona:visible .node").nth(2).click()
    assert page.locator("#graph .for-persona:visible .edge.near").count() > 0
    assert noise == []


def test_the_page_of_the_sample_is_light(
    browser: Browser, sample_warehouse: Path, sample_settings: Any, tmp_path: Path
) -> None:
    """All nodes of the document; with everything in it at once there were 44 000."""
    with open_readonly(sample_warehouse) as connection:
        path = write_report(connection, sample_settings, tmp_path / "report.html")
    page, _ = opened(browser, path)
    assert page.evaluate(NODES) < 15_000


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("section", ["funnel", "flow", "steps", "graph", "time"])
def test_a_table_is_behind_each_picture(
    browser: Browser, report: Path, section: str, scripts: bool
) -> None:
    page, _ = opened(browser, report, java_script_enabled=scripts)
    behind = page.locator(f"#{section} .for-persona:visible details.behind").first
    behind.locator("summary").focus()
    page.keyboard.press("Enter")
    behind.locator("table tbody tr").first.wait_for(state="visible")
    assert behind.locator("caption").inner_text().startswith("graph.")


def test_the_keyboard_reaches_the_personas_and_a_touchpoint(browser: Browser, report: Path) -> None:
    page, _ = opened(browser, report)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("#persona-0").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#map .for-persona:visible").get_attribute("data-persona") == "1"
    node = page.locator(".for-persona:visible .graph .node").nth(2)
    node.focus()
    page.keyboard.press("Enter")
    assert node.get_attribute("aria-pressed") == "true"
    page.keyboard.press("Escape")
    assert node.get_attribute("aria-pressed") == "false"


def test_a_touchpoint_chosen_shows_only_its_neighbours(browser: Browser, report: Path) -> None:
    page, _ = opened(browser, report)
    graph = page.locator(".for-persona:visible svg.graph")
    graph.locator('.node[data-node="demo call"]').click()
    near = graph.locator(".edge.near").evaluate_all(
        "edges => edges.map(edge => [edge.dataset.from, edge.dataset.to])"
    )
    assert near
    assert all("demo call" in ends for ends in near)


def test_the_graph_is_filtered_by_share(browser: Browser, report: Path) -> None:
    page, _ = opened(browser, report)
    edges = page.locator(".for-persona:visible svg.graph .edge:visible")
    before = edges.count()
    page.locator("#graph-share").fill("30")
    assert 0 < edges.count() < before
    assert all(float(edge.get_attribute("data-share") or 0) >= 0.3 for edge in edges.all())


def test_how_we_know_opens_the_finding_with_its_query(browser: Browser, report: Path) -> None:
    page, _ = opened(browser, report)
    page.get_by_role("link", name="How we know").first.click()
    finding = page.locator("#finding-1")
    assert finding.get_attribute("open") is not None
    assert "from graph.drop_offs" in finding.locator("pre").inner_text()


def test_a_table_sorts_by_a_column_both_ways(browser: Browser, report: Path) -> None:
    page, _ = opened(browser, report)
    button = page.locator("#paths th button", has_text="Converted").first
    first = page.locator("#paths tbody tr").first.locator("td").nth(2)
    button.click()
    assert first.inner_text() == "96"
    button.click()
    assert first.inner_text() == "0"
    paths = page.locator("#paths .for-persona:visible").first
    last = paths.locator("tbody tr").last  # it is no path, so it stays
    assert "All others together" in last.inner_text()


def test_dark_mode_turns_the_page_and_the_pictures_over(browser: Browser, report: Path) -> None:
    found = {}
    for scheme in ("light", "dark"):
        page, _ = opened(browser, report, color_scheme=scheme)
        scrolled(page)
        page_colour = "getComputedStyle(document.body).backgroundColor"
        text_colour = "getComputedStyle(document.querySelector('#time .xtick text')).fill"
        found[scheme] = [_lightness(page.evaluate(what)) for what in (page_colour, text_colour)]
    assert found["light"][0] > 230 and found["light"][1] < 60
    assert found["dark"][0] < 60 and found["dark"][1] > 180


def _lightness(colour: str) -> float:
    red, green, blue = map(int, re.findall(r"\d+", colour)[:3])
    return (red + green + blue) / 3


def test_it_prints_on_a_handful_of_a4_pages(browser: Browser, report: Path) -> None:
    page, noise = opened(browser, report)
    pdf = page.pdf(prefer_css_page_size=True)
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    assert 6 <= pages <= 20
    assert noise == []


def test_on_paper_the_map_has_its_stages_beside_each_other(browser: Browser, report: Path) -> None:
    """As wide as an A4 page is within its margins: narrower than many a phone lies."""
    page, _ = opened(browser, report, viewport={"width": 696, "height": 1000})
    page.emulate_media(media="print")
    tops = page.locator("#map .stage:visible > header").evaluate_all(
        "all => all.map(each => Math.round(each.getBoundingClientRect().top))"
    )
    assert (len(tops), len(set(tops))) == (len(report_rows.STAGES), 1)
    assert page.evaluate("document.documentElement.scrollWidth") < 700  # else all is made smaller


def test_the_first_screen_is_there_within_two_seconds(browser: Browser, report: Path) -> None:
    """The best of three, as other work on the machine only makes it later."""
    entry = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    painted = []
    for _ in range(3):
        page, _noise = opened(browser, report)
        painted.append(page.evaluate(entry))
        page.context.close()
        if painted[-1] < 2000:
            break
    assert min(painted) < 2000


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1440)])
def test_axe_finds_nothing_to_mend(browser: Browser, report: Path, scheme: str, width: int) -> None:
    """With all that opens open, and two personas side by side."""
    page, _ = opened(
        browser, report, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce",
        viewport={"width": width, "height": 900},
    )  # fmt: skip
    page.locator("#beside").select_option("Start-ups")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    scrolled(page)
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found] == []


# -- groups in the place of personas


@pytest.fixture(scope="module")
def by_size(
    sample_warehouse: Path, sample_settings: Any, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The sample's report by the size of the customer's company: 50-499, 500+ and 1-49."""
    path = tmp_path_factory.mktemp("by_size") / "report.html"
    with open_readonly(sample_warehouse) as connection:
        return write_report(connection, sample_settings, path, Asked(compare="company_size"))


def chosen(page: Page, name: str, section: str) -> str:
    """What a section tells once a group is chosen."""
    page.locator(".chips label", has_text=name).click()
    shown = page.locator(f"#{section} .for-persona:visible").all()
    assert {each.get_attribute("data-persona") for each in shown} != {"0"}
    return "\n".join(each.inner_text() for each in shown)


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("chain", "Of the others"), ("chain", "graph.attribution"), ("assumed", "Fits them best"),
        ("paths", "findings.detours"), ("funnel", "graph.milestones"),
    ],
)  # fmt: skip
def test_each_group_has_a_section_of_its_own(
    browser: Browser, by_size: Path, section: str, words: str, scripts: bool
) -> None:
    page, noise = opened(browser, by_size, java_script_enabled=scripts)
    large, small = chosen(page, "500+", section), chosen(page, "1-49", section)
    assert words in large and words in small
    assert large.replace("500+", "") != small.replace("1-49", "")
    assert noise == []


def test_the_findings_begin_with_those_of_the_group(browser: Browser, by_size: Path) -> None:
    page, _ = opened(browser, by_size)
    assert page.locator("#findings .for-persona:visible").count() == 0
    assert chosen(page, "50-499", "findings").startswith("Of 50-499")


def test_the_chances_of_two_groups_stand_side_by_side(browser: Browser, by_size: Path) -> None:
    page, _ = opened(browser, by_size)
    page.locator(".chips label", has_text="500+").click()
    page.locator("#beside").select_option("1-49")
    tables = page.locator("#chain table.is-won:visible")
    starts = [each.locator("tbody tr").first.inner_text() for each in tables.all()]
    assert len(starts) == 2
    assert all(each.startswith("Started") for each in starts)
    assert starts[0] != starts[1]


def test_each_group_has_a_card_of_its_own(browser: Browser, by_size: Path) -> None:
    page, _ = opened(browser, by_size)
    told = [each.inner_text() for each in page.locator("#personas .card").all()]
    assert [each.splitlines()[0] for each in told] == ["50-499", "500+", "1-49"]
    assert len({each.split("Convert within")[1].split("Steps")[0] for each in told}) == 3
    assert not any("company size" in each for each in told)


def test_the_page_of_groups_is_light_and_small(browser: Browser, by_size: Path) -> None:
    page, noise = opened(browser, by_size)
    assert page.evaluate(NODES) < 15_000
    assert by_size.stat().st_size < 8 * 2**20
    assert noise == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1440)])
def test_axe_finds_nothing_to_mend_where_groups_are_compared(
    browser: Browser, by_size: Path, scheme: str, width: int
) -> None:
    page, _ = opened(
        browser, by_size, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce",
        viewport={"width": width, "height": 900},
    )  # fmt: skip
    page.locator(".chips label", has_text="500+").click()
    page.locator("#beside").select_option("1-49")
    for section in ("findings", "chain", "assumed", "personas", "compare"):
        page.evaluate(
            "id => document.querySelectorAll(`#${id} details`).forEach(each => each.open = true)",
            section,
        )
        found = Axe().run(page, context=f"#{section}").response["violations"]
        assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
