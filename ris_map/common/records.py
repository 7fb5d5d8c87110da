"""Records that are read from a file: their base, the kinds of text in them, what may be wrong."""

import difflib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from ris_map.common.dates import DATE
from ris_map.common.faults import PERSONAL_DATA, DataFaults, Fault, quoted, worded, wording_for
from ris_map.common.files import file_name
from ris_map.common.yaml_file import Loc, YamlDocument, load_yaml

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=1200)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=160)]
Url = Annotated[str, StringConstraints(pattern="^https?://[^\\s<>\"']+$", max_length=500)]
MunicipalityCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]


class Record(BaseModel):
    """Frozen and strict: nothing is coerced, unknown keys are refused."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True
    )


_T = TypeVar("_T")


class ByLanguage(Record, Generic[_T]):
    """Something in every language; the fields are the languages."""

    sv: _T
    en: _T

    def in_(self, language: str) -> _T:
        """Return it in one language; in English where a later language has no words yet."""
        said: _T | None = getattr(self, language)
        return self.en if said is None else said


Finding = tuple[Loc, str, str, str]
"""What is wrong where in a record: its path, reason, action and code."""
Wrong = Callable[[Any], Iterable[Finding]]
"""Says of a record what its model alone cannot see."""


def finding(name: str, /, *loc: str | int, **values: object) -> Finding:
    """Return what is wrong at a place in a record, by its wording."""
    return (loc, *worded(name, **values))


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a document a record stands (its path, its id or position), to place its faults."""

    file: str
    document: YamlDocument
    path: Loc = ()
    record: str | None = None

    def fault(self, field: Loc, reason: str, action: str, code: str) -> Fault:
        """Return a fault in a field of this record."""
        return Fault(
            self.file,
            reason,
            action,
            code,
            line=self.document.line((*self.path, *field)),
            record=self.record,
            field=".".join(map(str, field)) or None,
        )

    def read(
        self, kind: type[_T], raw: object, *, wrong: Wrong | None = None, with_texts: bool = True
    ) -> tuple[_T | None, list[Fault]]:
        """Return what YAML gave as a record of a kind, and what is wrong with it or its texts."""
        faults = [*text_faults(raw, place=self)] if with_texts else []
        try:
            # by way of JSON: strict for scalars, while lists become tuples and text vocabulary
            record = TypeAdapter(kind).validate_json(json.dumps(raw))
        except ValidationError as error:
            return None, [*faults, *model_faults(error, model=kind, place=self)]
        return record, faults + [self.fault(*found) for found in (wrong(record) if wrong else ())]


def load_model(path: Path, kind: type[_T], *, wrong: Wrong | None = None) -> _T:
    """Return a whole YAML file as a record; ``wrong`` says what its model alone cannot see.

    ``DataFaults`` has everything that is wrong with the file, each with its line.
    """
    document = load_yaml(path)
    record, faults = Place(file_name(path), document).read(kind, document.value, wrong=wrong)
    if record is None or faults:
        raise DataFaults(faults)
    return record


# How what pydantic calls a fault is worded; a value of another type has a wording of its own.
_KINDS: Mapping[str, str] = {
    "extra_forbidden": "unknown-key",
    "missing": "missing-field",
    "finite_number": "not-finite",
    "string_too_long": "too-long",
    "unknown-municipality": "unknown-municipality/row",
    **dict.fromkeys(("too_short", "string_too_short"), "empty-value"),
    **dict.fromkeys(("enum", "literal_error"), "not-in-vocabulary"),
    **dict.fromkeys(
        ("greater_than", "greater_than_equal", "less_than", "less_than_equal"), "out-of-range"
    ),
}
_MISFITS = {
    "string_pattern_mismatch": "does not have the right form",
    "value_error": "is a day that does not exist",
}
# How texts of a certain shape should look, by the name of their field; others are dates.
_SHAPES: Mapping[str, str] = {
    "id": "bad-id",
    "cell_id": "bad-id/square",
    "code": "bad-code/as-text",
    "municipality_code": "bad-code",
    "nearest_municipality": "bad-code/nearest",
    "postcode": "bad-postcode",
    "homepage": "bad-address/homepage",
    "contact_url": "bad-address/contact",
    **dict.fromkeys(("successor", "same_as", "about"), "bad-id/other-record"),
    **dict.fromkeys(("municipality", "municipalities"), "bad-code/in-quotes"),
    **dict.fromkeys(("url", "sources"), "bad-address/page"),
}
_LIMITS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


def model_faults(error: ValidationError, *, model: Any, place: Place) -> list[Fault]:  # noqa: ANN401
    """Return the faults that a model found in one record, one per field."""
    return [
        place.fault(details["loc"], *_words(details, model=model))
        for details in error.errors(include_url=False)
        # a list whose only item is faulty is not empty: that would be said twice
        if not (details["type"] == "too_short" and details["input"])
    ]


def _words(details: Any, *, model: Any) -> tuple[str, str, str]:  # noqa: ANN401
    """Return reason, action and code of what pydantic found in one field."""
    kind, value, loc = details["type"], details["input"], details["loc"]
    context: Mapping[str, Any] = details.get("ctx", {})
    name = next((part for part in reversed(loc) if isinstance(part, str)), "")
    wording = _KINDS.get(kind) or wording_for("wrong-type", kind)
    if name == "sources" and wording in {"missing-field", "empty-value"}:
        wording = "missing-source"
    elif kind == "value_error" and isinstance(value, dict):  # of a record as a whole
        wording = "contradiction"
    elif kind in _MISFITS:
        is_date = context.get("pattern", DATE) == DATE
        wording = _SHAPES.get(name, "bad-date" if is_date else "bad-form")
    elif kind == "string_type" and isinstance(value, int | float):
        wording = "wrong-type/number-as-text"
    allowed = re.findall(r"'([^']*)'", str(context.get("expected", "")))
    if kind == "extra_forbidden":
        near = nearest(name, fields_at(model, loc[:-1]))
        hint = f"Did you mean {near}?" if near else "Remove it, or check its spelling."
    else:
        near = nearest(value, allowed) if isinstance(value, str) else None
        hint = f"Did you mean {near}? " if near else ""
    return worded(
        wording,
        name=name,
        key=quoted(name),
        value=_described(value),
        input=value,
        hint=hint,
        allowed=", ".join(allowed),
        misfit=_MISFITS.get(kind),
        pattern=context.get("pattern"),
        rule=context.get("error"),
        limit=" and ".join(f"{_LIMITS[k]} {context[k]:g}" for k in _LIMITS if k in context),
        length=len(value) if isinstance(value, str) else 0,
        max_length=context.get("max_length"),
    )


def _described(value: object) -> str:
    match value:
        case str():
            return f"The text {quoted(value)}"
        case bool():
            return f"The truth value {str(value).lower()}"
        case int() | float():
            is_huge = isinstance(value, int) and abs(value) >= 10**15
            return f"The number {'(very large)' if is_huge else value}"
        case None:
            return "Nothing (null)"
        case list() | tuple():
            return "A list"
        case _:
            return "A group of keys"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is nearest in spelling, if any is near."""
    found = difflib.get_close_matches(word[:80], list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def fields_at(model: Any, loc: Sequence[str | int]) -> dict[str, Any]:  # noqa: ANN401
    """Return the keys that a model knows at a place inside a record, with their types."""
    fields = _fields_of(model)
    for part in loc:
        # an item of a list has the type of the list's items
        fields = fields if isinstance(part, int) else _fields_of(fields.get(part))
    return fields


def _fields_of(annotation: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the fields of the model in a type: it, one of its alternatives or its items."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {name: field.annotation for name, field in annotation.model_fields.items()}
    inner = (_fields_of(part) for part in get_args(annotation))
    return next((fields for fields in inner if fields), {})


# '<' is allowed as a sign ("fewer than < 10"), but not where a browser would see a tag.
_TAG = re.compile(r"<[/!?a-zA-Z]")
_WEB = re.compile(r"https?://[^\s<>\"']+")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def parts(value: object, path: Loc = ()) -> Iterator[tuple[Loc, object]]:
    """Yield a record, or what YAML gave for one, and every part of it with its path, in order."""
    yield path, value
    inner: Iterable[tuple[Any, object]] = ()
    if isinstance(value, dict | Record):
        inner = dict(value).items()
    elif isinstance(value, list | tuple):
        inner = enumerate(value)
    for key, part in inner:
        yield from parts(part, (*path, key))


def text_faults(value: object, *, place: Place) -> Iterator[Fault]:
    """Yield what is wrong with the texts that YAML gave for a record, keys as well as values."""
    for path, part in parts(value):
        for text in (*path[-1:], part):
            if isinstance(text, str):
                for name, values in _wrong_in(text):
                    yield place.fault(*finding(name, *path, text=quoted(text), **values))


def _wrong_in(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield what is wrong with a text by its wording, with values of its own."""
    if match := PERSONAL_DATA.search(text):
        found = match.group()
        kind = "a telephone or identity number" if "@" not in found else "an e-mail address"
        yield "personal-data", {"kind": kind, "begins": quoted(found[:2])}
    categories = {sign: unicodedata.category(sign) for sign in text}
    if signs := [s for s, kind in categories.items() if kind in _INVISIBLE or s == "\ufffd"]:
        names = ((ord(sign), unicodedata.name(sign, "control character")) for sign in signs[:5])
        named = ", ".join(f"U+{number:04X} ({name.lower()})" for number, name in names)
        yield "invisible-character", {"signs": named}
    if not unicodedata.is_normalized("NFC", text):
        yield "decomposed-letters", {}
    if _TAG.search(text):
        yield "html", {}
    if text != text.strip():
        yield "stray-space", {}
    if _WEB.fullmatch(text) and not is_web_address(text):
        yield "bad-address", {"url": quoted(text)}


def is_web_address(url: str) -> bool:
    """Return whether an address names a host that can exist, and a port that can."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    labels = (parts.hostname or "").rstrip(".").split(".")
    if parts.scheme not in {"http", "https"} or len(labels) < 2 or not all(labels):
        return False
    is_number = all(label.isdigit() for label in labels)
    return not is_number and port != 0 and all(len(label) <= 63 for label in labels)
