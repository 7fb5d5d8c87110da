"""Texts, numbers and order: the same in both languages, nothing missing, nothing left over."""

import ast
import random
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from ris_map.actors import files as csv_files
from ris_map.actors import listing
from ris_map.export.tables import CsvFlavour
from ris_map.register.selection import Group
from ris_map.register.vocabulary import (
    ActorKind,
    Answer,
    Availability,
    Basis,
    Confidence,
    Delivery,
    Phase,
    Precision,
    ServiceScope,
    ServiceType,
    Status,
)
from ris_map.travel.network import SPEED_MODELS
from ris_map.web.layout import PAGES
from ris_map.words import MissingTextError, Translator, swedish_sort_key, translator
from ris_map.words.language import CATALOGUES_DIR, PAGES_DIR, TEXTS, Language

ROOT = Path(__file__).resolve().parents[2]
HARD_SPACE = "\u00a0"
PAGE_NAMES = tuple(page.name for page in PAGES)
GROUPS = tuple(group.value for group in Group)

# Keys of the start page, the detail view and the shell that are built from a value: the pattern as
# in the code, and the values. Any other pattern in the code must match some key at least.
TENSES = ("", ".ended", ".planned")
DYNAMIC: Mapping[str, tuple[str, ...]] = {
    "answer.{}": tuple(Answer),
    "availability.{}": tuple(Availability),
    "basis.{}": tuple(Basis),
    "column.{}": listing.COLUMNS,
    "confidence.{}": tuple(Confidence),
    "coverage.speed.{}": tuple(model.id for model in SPEED_MODELS),
    "coverage.type.{}": tuple(ServiceType),
    "csv.column.{}": csv_files.COLUMNS,
    "csv.{}": tuple(CsvFlavour),
    **dict.fromkeys(("detail.contact{}", "detail.what{}", "detail.whom{}"), TENSES),
    "detail.office.precision.{}": tuple(Precision),
    "find.expect.{}": tuple(ServiceType),
    "find.phase.{}": tuple(Phase),
    "find.type.{}": tuple(ServiceType),
    "footer.{}": tuple(page.name for page in PAGES if page.place == "footer"),
    "group.{}.short": GROUPS,
    "group.{}.title": GROUPS,
    "karta.actors.{}": (*ServiceType, "all"),
    "karta.kind.{}": (*ServiceType, "all"),
    "karta.phase.{}": (*Phase, "all"),
    "kind.{}": tuple(ActorKind),
    "mode.{}": tuple(Delivery),
    "municipality.to.{}": tuple(ServiceType),
    "nav.{}": tuple(page.name for page in PAGES if page.place == "nav"),
    "page.{}.title": PAGE_NAMES,
    "service-area.{}": tuple(s for s in ServiceScope if s is not ServiceScope.MUNICIPALITIES),
    "status.{}": tuple(Status),
}


@cache
def catalogues(language: Language) -> dict[str, Catalog]:
    found = {}
    for path in sorted((CATALOGUES_DIR / language.value).glob("*.po")):
        with path.open("rb") as file:
            found[path.name] = read_po(file, locale=language.value, abort_invalid=True)
    return found


@cache
def messages(language: Language) -> dict[str, Message]:
    every = [message for one in catalogues(language).values() for message in one if message.id]
    return {key_of(message): message for message in every}


def key_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def forms(message: Message) -> tuple[str, ...]:
    if isinstance(message.string, str):
        return (message.string,)
    return tuple(str(form) for form in message.string)


def placeholders(text: str) -> set[str]:
    named = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    # a form may not fit; "Nordmalings kommun" is the same value in another form
    return {re.sub("_(of|in)$", "", name) for name in named if not name.startswith("region.")}


@pytest.mark.parametrize("name", ["Bjurholms", "Malå", "Robertsfors", "Vännäs", "Kalix", "Åsele"])
def test_a_municipality_is_called_what_it_is_called(name: str) -> None:
    said = translator(Language.SV)("municipality.title", name=name.replace("holms", "holm"))
    assert said == f"{name} kommun"


def test_a_place_takes_its_own_preposition() -> None:
    """Data says which are islands: one, several, and with a municipality after it."""
    for language, words in (
        (Language.SV, ["i Umeå", "på Holmön", "på Holmön, Umeå", "i A och B och på Holmön"]),
        (Language.EN, ["in Umeå", "on Holmön", "on Holmön, Umeå", "in A and B and on Holmön"]),
    ):
        tr = translator(language)
        said = [tr("siting.change.open", place=one[2:].strip()) for one in words[:3]]
        said.append(
            tr("siting.headline.open", kind="", share="", limit="", places=["A", "Holmön", "B"])
        )
        assert all(map(str.__contains__, said, words)), said
        assert words[1] in tr.plural("karta.offices", 2, town="Holmön")


@pytest.mark.parametrize("language", list(Language)[1:])
def test_I9_languages_have_the_same_files_keys_and_placeholders(language: Language) -> None:
    sv, other = catalogues(Language.SV), catalogues(language)
    assert list(sv) == list(other) != []
    for name in sv:
        keys = [[key_of(m) for m in one[name] if m.id] for one in (sv, other)]
        assert keys[0] == keys[1], f"{name}: the same keys in the same order"
    for key, message in messages(Language.SV).items():
        sv_forms, other_forms = forms(message), forms(messages(language)[key])
        names = set.union(*map(placeholders, sv_forms))
        assert names == set.union(*map(placeholders, other_forms)), key
        assert "" not in names, f"{key}: placeholders have names"
        assert len(sv_forms) == len(other_forms), f"{key}: plural in one language only"


def test_I9_no_text_is_empty_fuzzy_defined_twice_or_holds_markup(language: Language) -> None:
    keys: Counter[str] = Counter()
    for name, catalogue in catalogues(language).items():
        assert not catalogue.obsolete, name
        for message in (one for one in catalogue if one.id):
            key = key_of(message)
            keys[key] += 1
            assert not message.fuzzy, key
            for form in forms(message):
                assert form.strip(), key
                assert form == form.strip(" "), key
                assert "\\" not in form, f"{key}: a backslash that was escaped once too often"
                assert not re.search(r"<[a-z/!]|&[a-z]+;", form), key
    assert [key for key, times in keys.items() if times > 1] == []


@cache
def nodes() -> tuple[tuple[Path, ast.AST], ...]:
    """Return the calls and the texts of all code, each with its file."""
    paths = [path for folder in ("ris_map", "pages") for path in (ROOT / folder).rglob("*.py")]
    return tuple(
        (path, node)
        for path in sorted(paths)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call | ast.Constant | ast.JoinedStr)
    )


@cache
def translator_calls() -> tuple[tuple[str, str, bool], ...]:
    """Return place, key or pattern, and whether it is of a plural, of each call of a translator."""
    found = []
    for path, node in nodes():
        if isinstance(node, ast.Call) and node.args and (pattern := pattern_of(node.args[0])):
            called = re.fullmatch(r"(\w+\.)*(tr|self)(\.plural)?", ast.unparse(node.func))
            if called:
                found.append((f"{path.name}:{node.lineno}", pattern, bool(called[3])))
    return tuple(found)


def pattern_of(node: ast.AST) -> str | None:
    """Return a key, or the pattern of a key built from a value; None for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(pattern_of(part) or "{}" for part in node.values)
    return None


def template_calls() -> Iterator[tuple[str, str]]:
    """Return keys and patterns (``'a.' ~ name``) that templates hand to the translator."""
    library = ROOT / "ris_map"
    for path in sorted([*library.glob("**/templates/*.*"), *library.glob("**/texts/*.*")]):
        text = path.read_text(encoding="utf-8")
        for argument in re.findall(r"\bt(?:\.plural)?\(\s*('[^,)]*)", text):
            parts = [part.strip() for part in argument.split("~")]
            yield path.name, "".join(p.strip("'") if p.startswith("'") else "{}" for p in parts)


@cache
def expanded(pattern: str) -> frozenset[str]:
    """Return the keys that a pattern stands for."""
    if pattern in DYNAMIC:
        return frozenset(pattern.format(str(value)) for value in DYNAMIC[pattern])
    if "{}" not in pattern:
        return frozenset({pattern})
    shape = ".+".join(re.escape(part) for part in pattern.split("{}"))
    matching = frozenset(key for key in messages(Language.SV) if re.fullmatch(shape, key))
    return matching or frozenset({pattern})


def test_I9_every_key_that_is_asked_for_exists(language: Language) -> None:
    known = set(messages(language))
    asked = {pattern: place for place, pattern, _ in translator_calls()}
    asked |= {pattern: name for name, pattern in template_calls()}
    assert len(asked) > 50
    assert set(DYNAMIC) <= set(asked), "keys built from a value that are listed here are in use"
    missing = {
        key: place
        for pattern, place in asked.items()
        for key in expanded(pattern)
        if key not in known
    }
    assert missing == {}


def test_I9_every_key_of_the_catalogues_is_used() -> None:
    patterns = {pattern for _, pattern in template_calls()} | set(DYNAMIC)
    for _, node in nodes():
        pattern = pattern_of(node)
        # a pattern that begins with a value would stand for nearly every key
        if pattern and re.fullmatch(r"[a-z0-9-][A-Za-z0-9{}._-]*", pattern):
            patterns.add(pattern)
    used = {key for pattern in patterns for key in expanded(pattern)}
    assert sorted(set(messages(Language.SV)) - used) == []


def test_I9_plural_texts_are_asked_for_as_plurals_and_others_not(language: Language) -> None:
    tr = translator(language)
    for place, pattern, is_plural in translator_calls():
        if "{}" not in pattern or pattern in DYNAMIC:
            for key in expanded(pattern):
                assert key in (tr.plurals if is_plural else tr.texts), f"{place} {key}"


def test_I9_a_missing_text_is_an_error_that_names_it_and_a_value_is_never_a_format() -> None:
    tr = Translator(language=Language.SV, texts={"x": "<{name}>"}, plurals={})
    for asked in (tr, lambda key: tr.plural(key, 2)):
        with pytest.raises(MissingTextError, match=r"finns\.inte"):
            asked("finns.inte")
    with pytest.raises(MissingTextError):
        tr.plural("x", 2)
    assert tr("x", name="{0} {name} %s") == "<{0} {name} %s>"


def test_a_list_in_words() -> None:
    for items, text in (("", ""), ("a", "a"), ("ab", "a och b"), ("abc", "a, b och c")):
        assert translator(Language.SV).listing(iter(items)) == text


@given(st.integers(-(10**9), 10**9), st.integers(0, 3))
def test_X6_swedish_numbers_read_back(thousandths: int, decimals: int) -> None:
    """They have hard spaces and a decimal comma."""
    text = translator(Language.SV).number(thousandths / 1000, decimals=decimals)
    assert re.fullmatch(rf"[-−]?\d{{1,3}}({HARD_SPACE}\d{{3}})*(,\d+)?", text), text
    assert len(text.partition(",")[2]) == decimals
    plain = text.replace(HARD_SPACE, "").replace(",", ".").replace("−", "-")
    assert float(plain) == pytest.approx(thousandths / 1000, abs=0.5 * 10**-decimals + 1e-6)


def test_X6_numbers_of_each_language() -> None:
    sv, en = translator(Language.SV), translator(Language.EN)
    assert sv.number(1234567.891, decimals=2) == f"1{HARD_SPACE}234{HARD_SPACE}567,89"
    assert en.number(1234567.891, decimals=2) == "1,234,567.89"


@pytest.mark.parametrize(
    "names",
    [
        ["Arjeplog", "Sorsele", "Umeå", "Zorn", "Åsele", "Åström", "Älvsbyn", "Örebro"],
        ["aa", "Ab", "AC", "ad"],
        ["Idé", "Ideell", "Idefix"],
        ["e", "é", "f"],
        ["Malå", "Malåträsk", "Malö"],
        ["p", "z", "ø"],
    ],
)
def test_the_three_last_letters_come_last_and_case_and_other_accents_do_not_matter(
    names: list[str],
) -> None:
    mixed = random.Random(len(names)).sample(names, len(names))
    assert sorted(mixed, key=swedish_sort_key) == names


@given(st.text("aåäözAÅÄÖZé\u0061\u030a", max_size=6))
def test_order_does_not_depend_on_how_a_letter_is_encoded(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert swedish_sort_key(composed)[0] == swedish_sort_key(decomposed)[0]


def pages_of(language: Language) -> dict[str, str]:
    folders = (PAGES_DIR / language.value, ROOT / "data" / TEXTS / language.value)
    found = sorted((path.stem, path) for folder in folders for path in folder.glob("*.md"))
    return {name: path.read_text(encoding="utf-8") for name, path in found}


def headings(text: str) -> list[int]:
    return [len(marks) for marks in re.findall(r"^(#+)\s+\S", text, flags=re.MULTILINE)]


@pytest.mark.parametrize("language", list(Language)[1:])
def test_I9_every_page_is_written_in_both_languages_alike_and_shown(language: Language) -> None:
    sv, en = pages_of(Language.SV), pages_of(language)
    assert list(sv) == list(en) != []
    for name in sv:
        assert headings(sv[name]) == headings(en[name]), name
        assert min(headings(sv[name])) == 2, f"{name}: the page's title is its only first level"
        assert sv[name] != en[name], name
        names, others = (set(re.findall(r"\{\w+\}", one[name])) for one in (sv, en))
        assert names == others <= {"{report_address}"}, name
        assert not re.search(r"<[a-z/!]", sv[name] + en[name]), name
    scripts = [path.read_text(encoding="utf-8") for path in (ROOT / "pages").glob("*.py")]
    shown = re.findall(r'text_page\(\s*"[a-z-]+",\s*"([a-z-]+)"', "\n".join(scripts))
    assert set(shown) == set(sv)
