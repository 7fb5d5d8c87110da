"""The page on which a record is confirmed or corrected: words, form, message, nothing stored."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from ris_map.common.records import Loc
from ris_map.common.yaml_file import dump_yaml, load_yaml
from ris_map.register.asking import corrected, questions
from ris_map.register.model import Actor, Register
from ris_map.register.reading import check_changed, check_register
from ris_map.register.vocabulary import Phase, Status
from ris_map.web import data
from ris_map.words import translator
from ris_map.words.language import Language
from tests.factories import DAY
from tests.pages.opened import ROOT, html, open_page, read

PAGE = "confirm"
REGISTER = ROOT / "data" / "actors.yaml"


def opened(actor_id: str, language: Language = Language.SV) -> AppTest:
    return open_page({"id": actor_id, "lang": language.value}, page=PAGE)


def messages(session: AppTest) -> list[dict[str, list[str]]]:
    urls = read(session).xpath("//a[starts-with(@href, 'mailto:')]/@href")
    return [parse_qs(urlsplit(url).query) for url in urls]


def test_M5_one_click_confirms_and_every_open_question_is_asked(language: Language) -> None:
    actor = next(a for a in data.register_state().register.actors if not a.last_confirmed)
    session, tr = opened(actor.id, language), translator(language)
    first = messages(session)[0]
    assert actor.id in first["subject"][0]
    assert f"last_confirmed: '{DAY}'" in first["body"][0]
    text = " ".join(read(session).text_content().split())
    assert all(question in text for question in questions(actor, tr=tr))


def test_M5_a_correction_is_a_fragment_that_the_model_takes(tmp_path: Path) -> None:
    before = REGISTER.read_bytes()
    session = opened("almi-nord")
    session.text_input[1].set_value(" https://www.almi.se/nord ")
    session.text_area[0].set_value("Nytt.\n Om två rader ")
    session.multiselect[-1].set_value(["free"])
    session.multiselect[0].set_value([Phase.IDE])
    session.button[0].click().run()
    (code,) = session.code
    assert "homepage: https://www.almi.se/nord\n" in code.value
    assert "sv: Nytt. Om två rader\n" in code.value
    assert "cost:\n    - free" in code.value
    assert "phases:\n        - ide\n      delivery" in code.value
    assert "offices" not in code.value
    fragment = "- id:" + code.value.partition("- id:")[2].partition("\n\n")[0]
    draft = tmp_path / "rattelse.yaml"
    draft.write_text(fragment + "\n", encoding="utf-8")
    (changed,) = load_yaml(draft).value
    whole = data.register_state().register.by_id["almi-nord"].model_dump(mode="json")
    Actor.model_validate_json(json.dumps({**whole, **changed}))
    assert messages(session)[-1]["body"][0].replace("\r\n", "\n").startswith(code.value[:60])
    assert REGISTER.read_bytes() == before


def test_F17_what_the_register_would_refuse_is_refused_in_the_form() -> None:
    session = opened("almi-nord")
    session.selectbox[0].set_value(Status.PLANNED)
    for said in ("https://https://www.almi.se", "ring 070-123 45 67", "https://x"):
        session.text_input[1].set_value(said)
        session.button[0].click().run()
        assert not session.code
        told = {one.text.partition(":")[0] for one in read(session).xpath("//*[@role='alert']//li")}
        assert not read(session).xpath("//*[@role='alert']//*[@lang]"), "no technical English"
        assert "070-123" not in html(session)
    assert told == {"Läge", "Webbplats"}


def test_A3_the_fragment_is_checked_by_the_checks_of_the_whole_file_in_the_same_words(
    tmp_path: Path,
) -> None:
    """With a few actors that point at nobody: the words are compared, and few can say them."""
    whole = data.register_state().register
    actor, today = whole.by_id["almi-nord"], DAY
    others = [a for a in whole.actors if not (a.successor or a.same_as or a == actor)]
    register = Register(meta=whole.meta, actors=(*others[:4], actor, *others[4:6]))
    municipality_at = data.geography().municipality_at
    said: dict[str, dict[Loc, object]] = {
        "status": {("status",): "unknown"},
        "point": {("offices", 0, "lat"): 60.0},
        "link": {("same_as",): "finns-inte"},
        "circle": {("same_as",): actor.id},
        "phone": {("name",): "Ring 070-123 45 67"},
        "nothing": {},
    }
    for name, change in said.items():
        record, _ = corrected(actor, change, today=today)
        found = check_changed(register, record, municipality_at=municipality_at, today=today)
        raw = register.model_dump(mode="json")
        raw["actors"] = [record if a["id"] == actor.id else a for a in raw["actors"]]
        path = tmp_path / "actors.yaml"
        path.write_text(dump_yaml(raw), encoding="utf-8")
        report = check_register(path, municipality_at=municipality_at, today=today)
        errors = [f for f in report.faults if f.is_error]
        assert [(f.record, f.field, f.reason, f.action) for f in found] == [
            (f.record, f.field, f.reason, f.action) for f in errors
        ], name
        assert bool(found) is (name != "nothing")


@pytest.mark.parametrize("query", [{}, {"id": "<script>"}])
def test_without_a_record_there_is_the_list_to_choose_from(query: dict[str, str]) -> None:
    shown = html(open_page(query, page=PAGE))
    assert shown.count('href="/bekrafta?id=') == len(data.register_state().register.actors)
    assert ("ris-notice" in shown) == bool(query)
