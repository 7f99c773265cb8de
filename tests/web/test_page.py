"""The page in a real browser, driven as a reader would."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from importlib.resources import files
from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from rag.store.feedback import Feedback, Reason, Verdict
from tests.web.conftest import HOSTILE, Reader, Served

WHEN = "When did Tennessee's ELVIS Act take effect?"


def test_an_answer_has_marks_that_lead_to_the_highlighted_sentence(reader: Reader) -> None:
    reader.ask(WHEN)
    answer = reader.one("#conversation .answer")
    assert "1 July 2024" in answer.text
    mark = reader.all("#conversation a.mark")[-1]
    ActionChains(reader.driver).move_to_element(mark).perform()
    reader.wait(lambda: reader.one("#quote").is_displayed())
    hovered = reader.one("#quote").text
    mark.click()
    quoted = reader.one("#sources mark:target")
    assert hovered.startswith(quoted.text), "hovering shows the same words"
    assert quoted.text == reader.all("#conversation .sentence")[-1].text
    shown = "const r = arguments[0].getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight"
    reader.wait(lambda: reader.driver.execute_script(shown, quoted))
    assert reader.driver.execute_script(shown, answer), "and so is still the answer"
    card = reader.one("#sources .source:has(mark:target)")
    assert "Slugline Briefs" in card.text
    assert "https://" in (reader.one("#sources .source:has(mark:target) .links a").get_attribute("href") or "")
    assert not reader.one("#quote").is_displayed(), "the quote gives way to the passage"


def test_each_sentence_tells_its_state_and_the_answer_its_date_and_outlets(reader: Reader) -> None:
    reader.ask(WHEN)
    states = reader.all("#conversation .answer .state")
    assert len(states) == len(reader.all("#conversation .sentence"))
    assert all(state.text.startswith("✓") and "supported" in (state.get_attribute("textContent") or "") for state in states)
    foot = reader.one("#conversation .as-of").text
    assert "As of" in foot
    assert "outlet" in foot


def test_the_keyboard_alone_reaches_a_mark_its_quote_and_its_passage(reader: Reader) -> None:
    reader.ask(WHEN)
    reader.driver.execute_script("document.activeElement.blur(); window.scrollTo(0, 0)")
    keys = ActionChains(reader.driver)
    for _ in range(60):
        keys.send_keys(Keys.TAB).perform()
        if "mark" in (reader.driver.switch_to.active_element.get_attribute("class") or ""):
            break
    mark = reader.driver.switch_to.active_element
    assert mark.text == "[1]"
    assert reader.one("#quote").is_displayed()
    assert mark.get_attribute("aria-describedby") == "quote"
    keys.send_keys(Keys.ESCAPE).perform()
    assert not reader.one("#quote").is_displayed()
    keys.send_keys(Keys.ENTER).perform()
    reader.wait(lambda: reader.one("#sources mark:target").text)


def test_shift_enter_breaks_the_line_and_enter_sends(reader: Reader) -> None:
    reader.field.send_keys("How many days", Keys.SHIFT + Keys.ENTER, Keys.NULL, "did the writers strike last?")
    assert reader.field.get_attribute("value") == "How many days\ndid the writers strike last?"
    assert not reader.all("#conversation .turn")
    reader.field.send_keys(Keys.ENTER)
    reader.answered(1)
    assert "148" in reader.one("#conversation .answer").text
    assert reader.field.get_attribute("value") == ""


def test_what_was_understood_can_be_taken_away_and_put_back(reader: Reader) -> None:
    reader.ask("What did the RIAA report about the ELVIS Act in March 2024?")
    assert reader.one("#conversation .chip[data-chip=dates]").text.startswith("1 March 2024 to 31 March 2024")
    reader.press("#conversation .chip[data-act=drop]")
    reader.wait(lambda: reader.one("#conversation .chip.dropped[data-act=restore]"))
    assert not reader.all("#conversation .chip[data-act=drop]")
    reader.press("#conversation .chip[data-act=restore]")
    reader.wait(lambda: reader.one("#conversation .chip[data-act=drop]"))
    assert len(reader.all("#conversation .turn")) == 1


def test_a_new_question_goes_to_the_top_and_its_answer_is_in_sight(reader: Reader) -> None:
    reader.ask("How many days did the writers strike last?")
    reader.ask("and the actors?")
    box, turn, answer = (
        reader.driver.execute_script("return document.querySelector(arguments[0]).getBoundingClientRect().toJSON()", selector)
        for selector in ("#conversation", "#conversation .turn:last-child", "#conversation .turn:last-child .answer")
    )
    assert abs(turn["top"] - box["top"]) < 20
    assert box["top"] <= answer["top"] < box["bottom"]


def test_a_question_can_be_edited_and_asked_again(reader: Reader) -> None:
    reader.ask("How long did the writers strike last?")
    reader.ask(WHEN)
    reader.press("#conversation button[data-act=edit]", at=0)
    reader.wait(lambda: reader.field.get_attribute("value") == "How long did the writers strike last?")
    reader.field.send_keys(Keys.CONTROL + "a", Keys.NULL, "How many days did the actors strike last?", Keys.ENTER)
    reader.wait(
        lambda: [one.text for one in reader.all("#conversation .asked p")] == ["How many days did the actors strike last?"]
    )
    reader.answered(1)
    assert "118" in reader.one("#conversation").text


def test_examples_are_answered_and_so_are_the_questions_suggested_next(reader: Reader) -> None:
    reader.press("#following button[data-act=ask]")
    reader.answered(1)
    assert not reader.all("#conversation .abstained")
    reader.press("#following button[data-act=ask]")
    reader.answered(2)
    assert not reader.all("#conversation .abstained")


def test_an_abstention_helps(reader: Reader) -> None:
    reader.ask("Who has won this year's Tour de France?")
    help_ = reader.one("#conversation .abstained")
    assert "does not tell" in help_.text
    nearest = reader.all("#conversation .abstained a")
    assert len(nearest) == len(reader.all("#sources .source")) > 0
    nearest[0].click()
    assert reader.one("#sources .source:target h3").text == nearest[0].text
    reader.wait(lambda: reader.all("#following button[data-act=ask]"))


def test_filters_limit_what_is_found_and_a_bad_date_is_one_sentence(reader: Reader) -> None:
    reader.press("#limits button")
    reader.wait(lambda: reader.one("#limits input[aria-label], #limits textarea").is_displayed())
    since = next(one for one in reader.all("#limits textarea, #limits input") if one.accessible_name == "From")
    since.send_keys("last Tuesdayish")
    reader.field.send_keys(WHEN, Keys.ENTER)
    reader.wait(lambda: "is not a date. Write 2026-03-24" in reader.one("body").text)
    since.send_keys(Keys.CONTROL + "a", Keys.NULL, "2025")
    reader.wait(lambda: reader.field.is_enabled())
    reader.field.send_keys(Keys.CONTROL + "a", Keys.NULL)
    reader.ask(WHEN)
    assert "from 1 January 2025" in reader.one("#conversation .limits").text
    assert not re.search(r"\b1 July 2024", reader.one("#sources").text)


def test_a_conversation_is_found_again_renamed_exported_and_deleted(reader: Reader) -> None:
    reader.ask("What did Grimes offer for songs in her voice?")
    reader.open()  # as after a restart: nothing is left in the page
    reader.press("#kept .toggle-button")
    reader.wait(lambda: reader.one("#find textarea, #find input").is_displayed())
    reader.one("#find textarea, #find input").send_keys("grimes offer")
    reader.press("#conversations button[data-act=open]", "Grimes")
    reader.answered(1)
    assert reader.all("#conversation a.mark")
    reader.wait(lambda: "Grimes" in (reader.one("#name textarea, #name input").get_attribute("value") or ""))
    reader.one("#name textarea, #name input").send_keys(Keys.CONTROL + "a", Keys.NULL, f"Voices {HOSTILE}"[:70])
    reader.press("#rename")
    reader.wait(lambda: "Voices <img" in reader.one("#conversations").text)
    links = [link.get_attribute("href") or "" for link in reader.all("#exports a")]
    with urllib.request.urlopen(links[0]) as file:  # noqa: S310  # loopback
        text = file.read().decode()
    assert text.startswith("# Voices \\<img")
    assert "## What did Grimes offer" in text
    with urllib.request.urlopen(links[1]) as file:  # noqa: S310
        assert json.load(file)["turns"][0]["answer"]["sources"]
    reader.press("#delete")
    reader.wait(lambda: reader.one("#delete-yes").is_displayed())
    reader.press("#delete-yes")
    reader.wait(lambda: "Voices" not in reader.one("#conversations").text and not reader.all("#conversation .turn"))
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(links[0])  # noqa: S310


def test_a_thumb_with_its_reason_and_evidence_is_kept_in_the_library(reader: Reader, served: Served) -> None:
    before = len(Feedback(served.data_dir).all())
    reader.ask(WHEN)
    reader.press("#conversation button[data-act=down]")
    reader.press("#conversation button[data-act=reason]", "Out of date")
    reader.wait(lambda: "Kept in the library: not right: out of date" in reader.one("#conversation").text)
    reader.press("#sources button[data-act=evidence]")
    reader.wait(lambda: "★" in reader.one("#sources").text)
    *_, row = Feedback(served.data_dir).all()
    assert (row.question, row.verdict, row.reason) == (WHEN, Verdict.DOWN, Reason.OUT_OF_DATE)
    assert row.evidence[0].quote in [source["quote"] for source in row.answer["sources"]]
    reader.press("#conversation button[data-act=unsay]")
    reader.wait(lambda: reader.all("#conversation button[data-act=up]"))
    assert len(Feedback(served.data_dir).all()) == before


def test_search_shows_both_legs_and_the_timeline_a_dot_for_each_event(reader: Reader) -> None:
    reader.tab("Search")
    reader.one("#search-query textarea, #search-query input").send_keys("voice cloning law", Keys.ENTER)
    reader.wait(lambda: reader.all("#search-hits .source"))
    assert all(name in reader.one("#search-hits .legs").text for name in ("Score", "Words", "Meaning"))
    reader.press("#search-hits button[data-act=article]")
    reader.wait(lambda: reader.one("#search-article mark").text)
    reader.tab("Timeline")
    reader.one("#timeline-topic textarea, #timeline-topic input").send_keys("SAG-AFTRA strike", Keys.ENTER)
    reader.wait(lambda: reader.all("#timeline-events .events li"))
    dates = [one.get_attribute("datetime") for one in reader.all("#timeline-events .events li > time")]
    assert dates == sorted(dates, key=str)
    assert len(reader.all("#timeline-events svg circle")) == len(dates) > 3


def test_articles_are_added_told_apart_and_removed(reader: Reader, tmp_path: Path) -> None:
    good, bad = tmp_path / "good & true.md", tmp_path / "empty.md"
    good.write_text(
        "---\ntitle: Quibblefax opens\noutlet: Test Wire\npublished: 2026-02-03\n---\nThe Quibblefax studio opened in Oslo.\n"
    )
    bad.write_text("")
    reader.tab("Library")
    reader.press("#add button")
    reader.wait(lambda: reader.one("#addresses textarea").is_displayed())
    reader.one("#addresses textarea").send_keys("/etc/passwd")
    reader.one("#files input[type=file]").send_keys(f"{good}\n{bad}")
    reader.wait(lambda: "good" in reader.one("#files").text and "empty" in reader.one("#files").text)
    reader.press("#add-now")
    reader.wait(lambda: len(reader.all("#add-results li")) == 3)
    told = reader.one("#add-results").text
    assert "/etc/passwd: is no address" in told
    assert "added" in told
    assert "empty" in told.split("empty.md")[1]
    reader.one("#library-find textarea, #library-find input").send_keys("quibblefax", Keys.ENTER)
    reader.wait(lambda: len(reader.all("#library-list tbody tr")) == 1)
    reader.press("#library-list button[data-act=article]")
    reader.wait(lambda: "The Quibblefax studio opened" in reader.one("#library-article").text)
    reader.press("#remove")
    reader.wait(lambda: reader.one("#remove-yes").is_displayed())
    reader.press("#remove-yes")
    reader.wait(lambda: "No article matches" in reader.one("#library-list").text)


def test_about_tells_what_is_set_up_and_that_the_library_is_sound(reader: Reader, served: Served) -> None:
    reader.tab("About")
    reader.wait(lambda: str(served.data_dir) in reader.one("#about").text)
    reader.press("#check")
    reader.wait(lambda: "The library is sound" in reader.one("#health").text)


def test_the_bundled_evaluation_runs_from_the_page_and_its_figures_are_shown(reader: Reader) -> None:
    reader.tab("Quality")
    reader.wait(lambda: "No evaluation was run" in reader.one("#report").text)
    reader.press("#evaluate")
    # Some are done and some are not: one who waits sees how far it is.
    reader.wait(lambda: reader.all('#evaluating progress[max="130"]:not([value="0"], [value="130"])'))
    reader.wait(lambda: "Evaluated" in reader.one("#evaluating").text, 300)
    reader.wait(lambda: "abstention recall" in reader.one("#report").text)
    assert "130" in reader.one("#report").text, "questions of the test split"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_any_tab(reader: Reader, scheme: str) -> None:
    axe = files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
    reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    try:
        reader.open()
        reader.ask(WHEN)
        reader.ask("Who has won this year's Tour de France?")
        reader.press("#conversation button[data-act=down]")
        found = []
        for tab in ("Chat", "Search", "Timeline", "Library", "Quality", "About"):
            reader.tab(tab)
            reader.driver.execute_script(axe)
            result = reader.driver.execute_async_script(
                "axe.run(document, {resultTypes: ['violations']}).then(arguments[arguments.length - 1])"
            )
            found += [
                (tab, one["id"], [node["html"][:120] for node in one["nodes"]])
                for one in result["violations"]
                if one["impact"] in {"serious", "critical"}
            ]
        assert not found
    finally:
        reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
