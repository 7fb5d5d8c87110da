"""Records that are read from a file: their base, the kinds of text in them, what may be wrong."""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from ris_map.common.faults import DataFaults, Fault, Severity, shown
from ris_map.common.files import file_name
from ris_map.common.yaml_file import YamlDocument, load_yaml

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
Loc = tuple[str | int, ...]
Finding = tuple[Loc, str, str, str]
"""What is wrong where in a record: its path, reason, action and code."""

_PREFIX = r"(?<![\d-])(?:(?:\+|00)46[\s-]?(?:\(0\)[\s-]?)?|0[\s-]?)"
PERSONAL_DATA = re.compile(
    # an e-mail address; begun only where a word begins, so that long texts take linear time
    r"(?<![\w.+-])[\w.+-]+@[\w-]+\.\w+"
    rf"|{_PREFIX}7\d(?:[\s-]?\d){{7}}(?!\d)"  # a Swedish mobile number
    rf"|{_PREFIX}[1-9]\d{{0,2}}[\s-]\d{{2,3}}(?:[\s-]?\d{{2,3}}){{1,3}}(?!\d)"  # a land line
    r"|(?<!\d)(?:19|20)?\d{6}[-+]\d{4}(?!\d)"  # a personal identity number
)
"""E-mail, telephone and identity numbers: a register of organisations holds none of them."""
_MASK = "•••"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a document a record stands (its path, its id or position), to place its faults."""

    file: str
    document: YamlDocument
    path: Loc = ()
    record: str | None = None

    def fault(
        self,
        field: Loc,
        reason: str,
        action: str,
        code: str,
        *,
        severity: Severity = Severity.ERROR,
    ) -> Fault:
        """Return a fault in a field of this record, with personal data masked in its words."""
        line = self.document.line((*self.path, *field))
        name = ".".join(map(str, field)) or None
        return masked(
            Fault(
                self.file,
                reason,
                action,
                code,
                line=line,
                record=self.record,
                field=name,
                severity=severity,
            )
        )

    def read(self, kind: type[_T], raw: object) -> tuple[_T | None, list[Fault]]:
        """Return what YAML gave as a record of a kind, or why it is none: one fault per field."""
        try:
            # by way of JSON: strict for scalars, while lists become tuples and text vocabulary
            return TypeAdapter(kind).validate_json(json.dumps(raw)), []
        except ValidationError as error:
            return None, model_faults(error, model=kind, place=self)


def load_model(
    path: Path, kind: type[_T], *, wrong: Callable[[_T], Iterable[Finding]] = lambda _: ()
) -> _T:
    """Return a whole YAML file as a record; ``wrong`` says what its model alone cannot see.

    ``DataFaults`` has everything that is wrong with the file, each with its line.
    """
    document = load_yaml(path)
    place = Place(file_name(path), document)
    record, faults = place.read(kind, document.value)
    if record is not None:
        faults = [place.fault(*found) for found in wrong(record)]
    if record is None or faults:
        raise DataFaults(faults)
    return record


def quoted(text: str) -> str:
    """Return a text for a message: in quotes, short, without invisible signs or personal data."""
    # masked before it is cut: half an address would not be recognised any more
    return shown(PERSONAL_DATA.sub(_MASK, text))


def masked(fault: Fault) -> Fault:
    """Return a fault whose words repeat no personal data: messages end up in logs."""
    words = {name: getattr(fault, name) for name in ("record", "field", "reason", "action")}
    hidden: dict[str, Any] = {n: PERSONAL_DATA.sub(_MASK, w) for n, w in words.items() if w}
    return replace(fault, **hidden)


# What pydantic calls a fault: reason, action and code.
_NOT_ALLOWED = (
    "{value} is not one of the allowed values.",
    "{hint}Allowed: {allowed}.",
    "not-in-vocabulary",
)
_EMPTY = ("'{name}' is empty.", "Fill it in.", "empty-value")
_RANGE = ("{value} is out of range: it must be {limit}.", "Check the number.", "out-of-range")
_KINDS: Mapping[str, tuple[str, str, str]] = {
    "extra_forbidden": ("The key {key} is not known here.", "{hint}", "unknown-key"),
    "missing": (
        "The field '{name}' is missing.",
        "Add it; write null where a value may be unknown.",
        "missing-field",
    ),
    "too_short": _EMPTY,
    "string_too_short": _EMPTY,
    "enum": _NOT_ALLOWED,
    "literal_error": _NOT_ALLOWED,
    "unknown-municipality": (
        "{value} is no municipality of the county.",
        "Use the four digits of SCB.",
        "unknown-municipality",
    ),
    "finite_number": (
        "{value} is not a number that can be used.",
        "Give an ordinary number.",
        "not-finite",
    ),
    "string_pattern_mismatch": ("{value} does not have the right form.", "{shape}", "{shape_code}"),
    "value_error": ("{value} is a day that does not exist.", "{shape}", "{shape_code}"),
    "string_too_long": (
        "The text has {length} characters; at most {max_length} fit.",
        "Shorten it.",
        "too-long",
    ),
    **dict.fromkeys(("greater_than", "greater_than_equal", "less_than", "less_than_equal"), _RANGE),
}
# What should stand there instead of a value of another type, and how to write it.
_TYPES: Mapping[str, tuple[str, str]] = {
    "string_type": ("text", "Write the value as text."),
    "bool_parsing": ("true or false", "Write true or false."),
    "bool_type": ("true or false", "Write true or false, without quotes."),
    "int_type": ("a whole number", "Write a whole number, without quotes."),
    "int_from_float": ("a whole number", "Write a whole number, without decimals."),
    "float_type": ("a number", "Write a number with a decimal point, without quotes."),
    "tuple_type": ("a list", "Begin each item with '- ' on a line of its own, or write []."),
    **dict.fromkeys(
        ("model_type", "dict_type"), ("a group of keys", "Write 'key: value' lines below it.")
    ),
}
_OTHER_TYPE = ("something else", "Compare with another record.")
_LIMITS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
_PAGE = ("bad-address", "Give a web address that begins with https://.")
_CODE = ("bad-code", "Give the four digits of the municipality in quotes.")
_OTHER_ID = ("bad-id", "Give the id of another record.")
# What texts of a certain shape should look like, by the name of their field.
_SHAPES: Mapping[str, tuple[str, str]] = {
    "id": ("bad-id", "Use lower-case a-z, digits and single hyphens, for example almi-nord."),
    "successor": _OTHER_ID,
    "same_as": _OTHER_ID,
    "cell_id": ("bad-id", "Give the code of a 1 km square of the European grid."),
    "code": ("bad-code", "Give the four digits of the municipality as text."),
    "municipality_code": ("bad-code", "Give the four digits of the municipality."),
    "municipality": _CODE,
    "municipalities": _CODE,
    "nearest_municipality": ("bad-code", "Give the four digits of a municipality in quotes."),
    "postcode": ("bad-postcode", "Write it as '903 30', in quotes."),
    "url": _PAGE,
    "sources": _PAGE,
    "homepage": ("bad-address", "Give a web address that begins with https://, or null."),
    "contact_url": ("bad-address", "Give the address of a page, not of a person, or null."),
}
_DATE = ("bad-date", "Write '2023', '2023-04' or '2023-04-01', in quotes, or null.")


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
    if name == "sources" and _KINDS.get(kind, _OTHER_TYPE)[-1] in {"missing-field", "empty-value"}:
        return "The record has no source.", "Add at least one source.", "missing-source"
    if kind == "value_error" and isinstance(value, dict):  # of a record as a whole
        rule = str(context["error"])
        return f"Not so here: {rule}.", "Correct the record.", "contradiction"
    if kind not in _KINDS:
        wanted, action = _TYPES.get(kind, _OTHER_TYPE)
        if kind == "string_type" and isinstance(value, int | float):
            action = f"Put it in quotes: '{value}'."
        reason = f"{_described(value)} stands in '{name}', but {wanted} is needed."
        return reason, action, "wrong-type"
    allowed = re.findall(r"'([^']*)'", str(context.get("expected", "")))
    if kind == "extra_forbidden":
        near = nearest(name, fields_at(model, loc[:-1]))
        hint = f"Did you mean {near}?" if near else "Remove it, or check its spelling."
    else:
        near = nearest(value, allowed) if isinstance(value, str) else None
        hint = f"Did you mean {near}? " if near else ""
    shape_code, shape = _SHAPES.get(name, _DATE)
    values = {
        "name": name,
        "key": quoted(name),
        "value": _described(value),
        "hint": hint,
        "allowed": ", ".join(allowed),
        "shape": shape,
        "shape_code": shape_code,
        "limit": " and ".join(f"{_LIMITS[k]} {context[k]:g}" for k in _LIMITS if k in context),
        "length": len(value) if isinstance(value, str) else 0,
        "max_length": context.get("max_length"),
    }
    reason, action, code = (words.format_map(values) for words in _KINDS[kind])
    return reason, action, code


def _described(value: object) -> str:
    match value:
        case None:
            words = "Nothing (null)"
        case str():
            words = f"The text {quoted(value)}"
        case bool():
            words = f"The truth value {str(value).lower()}"
        case int() | float():
            is_huge = isinstance(value, int) and abs(value) >= 10**15
            words = f"The number {'(very large)' if is_huge else value}"
        case list() | tuple():
            words = "A list"
        case _:
            words = "A group of keys"
    return words


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
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def text_faults(value: object, *, place: Place) -> Iterator[Fault]:
    """Yield what is wrong with the texts that YAML gave for a record, keys as well as values."""
    for path, text in _texts(value, ()):
        for reason, action, code in _wrong_in(text):
            yield place.fault(path, reason, action, code)


def _texts(value: object, path: Loc) -> Iterator[tuple[Loc, str]]:
    """Yield every text with its path, in file order."""
    match value:
        case str():
            yield path, value
        case dict():
            for key, inner in value.items():
                yield (*path, key), key
                yield from _texts(inner, (*path, key))
        case list():
            for index, inner in enumerate(value):
                yield from _texts(inner, (*path, index))


def _wrong_in(text: str) -> Iterator[tuple[str, str, str]]:
    if match := PERSONAL_DATA.search(text):
        found = match.group()
        kind = "a telephone or identity number" if "@" not in found else "an e-mail address"
        reason = f"The text holds {kind} (begins with {quoted(found[:2])}); the register holds no"
        action = "Remove it; give a web page of the organisation instead."
        yield f"{reason} personal data.", action, "personal-data"
    again = "Write the text again by hand."
    # most texts are printable through and through, which is quick to see
    is_plain = text.isprintable() and "\ufffd" not in text
    if not is_plain and (signs := [sign for sign in dict.fromkeys(text) if _is_invisible(sign)]):
        named = ", ".join(
            f"U+{ord(sign):04X} ({unicodedata.name(sign, 'control character').lower()})"
            for sign in signs[:5]
        )
        reason = f"The text {quoted(text)} holds signs that cannot be seen or read: {named}."
        yield reason, again, "invisible-character"
    if not unicodedata.is_normalized("NFC", text):
        reason = f"The text {quoted(text)} has letters made of two signs (a + ring for å, say)."
        yield reason, again, "decomposed-letters"
    if _TAG.search(text):
        yield f"The text {quoted(text)} looks like HTML.", "Write plain text without tags.", "html"
    if text != text.strip():
        reason = f"The text {quoted(text)} begins or ends with empty space."
        yield reason, "Remove the space.", "stray-space"


def _is_invisible(sign: str) -> bool:
    return sign == "\ufffd" or unicodedata.category(sign) in _FORBIDDEN_CATEGORIES
