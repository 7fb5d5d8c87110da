"""The page "Hitta stöd" without a browser: three questions to a list, and everything in words."""

from streamlit.testing.v1 import AppTest

from ris_map.register.vocabulary import ServiceType
from ris_map.words import translator
from ris_map.words.language import Language
from tests.pages.opened import Query, address, html, open_page, read, text_of_class

PAGE = "find"
TR = translator(Language.SV)
PHASE, TYPE = "hitta-fas", "hitta-stod"


def open_find(query: Query | None = None) -> AppTest:
    return open_page(query, page=PAGE)


def cards(session: AppTest) -> list[str]:
    return list(read(session).xpath("//*[contains(@class, 'ris-find-row')]/@data-actor"))


def groups(session: AppTest) -> list[str]:
    names = read(session).xpath("//*[starts-with(@class, 'ris-group')]/@class")
    return [name.split("ris-find-")[-1] for name in names]


def test_I1_the_page_is_never_empty_and_is_second_in_the_menu() -> None:
    session = open_find()
    assert cards(session)
    assert set(groups(session)) <= {"digital", "remote", "adjacent-remote", "doubtful"}
    assert TR("find.answer.start") in read(session).text_content()
    menu = html(session).partition("ris-wide")[2]
    assert menu.index(TR("nav.start")) < menu.index(TR("nav.find")) < menu.index(TR("nav.coverage"))


def test_each_choice_writes_the_address() -> None:
    session = open_find({"plats": "2480"})
    session.button(key="hitta-andra-stod").click().run()
    session.pills(key=TYPE).set_value([ServiceType.MOTESPLATS]).run()
    session.session_state["hitta-fler"] = True
    session.run().checkbox(key="hitta-digitalt").check().run()
    assert address(session) == {"plats": ["2480"], "stod": ["motesplats"], "digitalt": ["ja"]}
    session.button(key="hitta-om").click().run()
    assert not session.exception
    assert address(session) == {}


def test_nothing_at_all_is_said_with_words() -> None:
    session = open_find({"stod": "inkubator_accelerator", "fas": "ide"})
    assert not cards(session)
    assert TR("find.empty.text") in read(session).text_content()


def test_the_short_questions_choose_a_phase() -> None:
    session = open_find({"plats": "2462"})
    session.toggle(key="_hitta-vet-inte").set_value(True).run()
    assert "fas" not in address(session)
    session.pills(key="hitta-fragor-company").set_value(False).run()
    session.pills(key="hitta-fragor-building").set_value(True).run()
    assert not session.exception
    assert address(session)["fas"] == ["utveckling"]
    notice = " ".join(text_of_class(session, "ris-notice"))
    assert TR("find.guide.result", phase="utveckling") == notice
    # who begins anew and comes to the same phase by a link has answered no questions
    session.button(key="hitta-om").click().run()
    session.query_params["fas"] = "utveckling"
    assert not text_of_class(session.run(), "ris-notice")
    assert address(session)["fas"] == ["utveckling"]
