"""Say in plain words what a model found wrong in a file."""

from __future__ import annotations

import difflib
import re
import types
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ris_map.common.faults import Fault, Severity, shown
from ris_map.common.yaml_file import YamlDocument

Loc = tuple[str | int, ...]

_PREFIX = r"(?<![\d-])(?:(?:\+|00)46[\s-]?(?:\(0\)[\s-]?)?|0[\s-]?)"
PERSONAL_DATA = re.compile(
    # an e-mail address; begun only where a word begins, so that long texts take linear time
    r"(?<![\w.+-])[\w.+-]+@[\w-]+\.\w+"
    rf"|{_PREFIX}7\d(?:[\s-]?\d){{7}}(?!\d)"  # a Swedish mobile number
    rf"|{_PREFIX}[1-9]\d{{0,2}}[\s-]\d{{2,3}}(?:[\s-]?\d{{2,3}}){{1,3}}(?!\d)"  # a land line
    r"|(?<!\d)(?:19|20)?\d{6}[-+]\d{4}(?!\d)"  # a personal identity number
)
"""E-mail, telephone and identity numbers: a register of organisations holds none of them."""

# What texts of a certain shape should look like, by the name of their field.
_SHAPES: Mapping[str, tuple[str, str]] = {
    "id": ("bad-id", "Use lower-case a-z, digits and single hyphens, for example almi-nord."),
    "successor": ("bad-id", "Give the id of another record."),
    "same_as": ("bad-id", "Give the id of another record."),
    "cell_id": ("bad-id", "Give the code of a 1 km square of the European grid."),
    "code": ("bad-code", "Give the four digits of the municipality as text."),
    "municipality_code": ("bad-code", "Give the four digits of the municipality."),
    "municipality": ("bad-code", "Give the four digits of the municipality in quotes."),
    "municipalities": ("bad-code", "Give the four digits of the municipality in quotes."),
    "nearest_municipality": ("bad-code", "Give the four digits of a municipality in quotes."),
    "postcode": ("bad-postcode", "Write it as '903 30', in quotes."),
    "url": ("bad-address", "Give a web address that begins with https://."),
    "homepage": ("bad-address", "Give a web address that begins with https://, or null."),
    "contact_url": ("bad-address", "Give the address of a page, not of a person, or null."),
    "sources": ("bad-address", "Give a web address that begins with https://."),
}
# '<' is allowed as a sign ("fewer than < 10"), but not where a browser would see a tag.
_TAG = re.compile(r"<[/!?a-zA-Z]")
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MASK = "•••"
_DATE = ("bad-date", "Write '2023', '2023-04' or '2023-04-01', in quotes, or null.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a document a record stands (its path, its id or position), to place its faults."""

    file: str
    document: YamlDocument
    path: Loc
    record: str | None

    def fault(
        self,
        field: Loc,
        reason: str,
        *,
        action: str,
        code: str,
        severity: Severity = Severity.ERROR,
    ) -> Fault:
        """Return a fault in a field of this record, with personal data masked in its words."""
        return masked(
            Fault(
                file=self.file,
                line=self.document.line((*self.path, *field)),
                record=self.record,
                field=".".join(map(str, field)) or None,
                reason=reason,
                action=action,
                code=code,
                severity=severity,
            )
        )

    def warning(self, field: Loc, reason: str, *, action: str, code: str) -> Fault:
        """Return a warning in a field of this record."""
        return self.fault(field, reason, action=action, code=code, severity=Severity.WARNING)


def quoted(text: str) -> str:
    """Return a text for a message: in quotes, short, without invisible signs or personal data."""
    # masked before it is cut: half an address would not be recognised any more
    return shown(PERSONAL_DATA.sub(_MASK, text))


def masked(fault: Fault) -> Fault:
    """Return a fault whose words repeat no personal data: messages end up in logs."""
    return replace(
        fault,
        record=_mask(fault.record),
        field=_mask(fault.field),
        reason=_mask(fault.reason) or "",
        action=_mask(fault.action) or "",
    )


def _mask(text: str | None) -> str | None:
    return None if text is None else PERSONAL_DATA.sub(_MASK, text)


def model_faults(error: ValidationError, *, model: type[Any], place: Place) -> list[Fault]:
    """Return the faults that a model found in one record, one per field."""
    return [
        _model_fault(details, model=model, place=place)
        for details in error.errors(include_url=False)
        # a list whose only item is faulty is not empty: that would be said twice
        if not (details["type"] == "too_short" and details["input"])
    ]


def _model_fault(details: Any, *, model: type[BaseModel], place: Place) -> Fault:  # noqa: ANN401
    loc: Loc = details["loc"]
    reason, action, code = _words(details, loc=loc, model=model)
    return place.fault(loc, reason, action=action, code=code)


def _words(details: Any, *, loc: Loc, model: type[BaseModel]) -> tuple[str, str, str]:  # noqa: ANN401
    kind: str = details["type"]
    value = details["input"]
    name = next((part for part in reversed(loc) if isinstance(part, str)), "")
    match kind:
        case "extra_forbidden":
            words = _unknown_key(loc, model=model)
        case "missing" | "too_short" | "string_too_short":
            words = _missing(name, is_there=kind != "missing")
        case "enum":
            words = _not_in_vocabulary(value, annotation_at(model, loc))
        case "literal_error":
            action = f"Allowed: {details['ctx']['expected'].replace(chr(39), '')}."
            words = (
                f"{_described(value)} is not one of the allowed values.",
                action,
                "not-in-vocabulary",
            )
        case "finite_number":
            reason = f"{_described(value)} is not a number that can be used."
            words = (reason, "Give an ordinary number.", "not-finite")
        case "string_pattern_mismatch" | "value_error":
            words = _bad_shape(name, value, kind=kind)
        case "string_too_long":
            most = details["ctx"]["max_length"]
            reason = f"The text has {len(value)} characters; at most {most} fit."
            words = (reason, "Shorten it.", "too-long")
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            words = _out_of_range(value, details["ctx"])
        case _:
            words = _wrong_type(kind, value, name=name)
    return words


def _unknown_key(loc: Loc, *, model: type[BaseModel]) -> tuple[str, str, str]:
    key = str(loc[-1])
    near = nearest(key, field_names(model, loc[:-1]))
    action = f"Did you mean {near}?" if near else "Remove it, or check its spelling."
    return f"The key {quoted(key)} is not known here.", action, "unknown-key"


def _missing(name: str, *, is_there: bool) -> tuple[str, str, str]:
    if name == "sources":
        return "The record has no source.", "Add at least one source.", "missing-source"
    if is_there:
        return f"'{name}' is empty.", "Fill it in.", "empty-value"
    return (
        f"The field '{name}' is missing.",
        "Add it; write null where a value may be unknown.",
        "missing-field",
    )


def _not_in_vocabulary(value: Any, annotation: Any) -> tuple[str, str, str]:  # noqa: ANN401
    allowed = [str(member) for member in _enum_in(annotation)]
    near = nearest(value, allowed) if isinstance(value, str) else None
    action = f"Did you mean {near}? " if near else ""
    return (
        f"{_described(value)} is not one of the allowed values.",
        f"{action}Allowed: {', '.join(allowed)}.",
        "not-in-vocabulary",
    )


def _bad_shape(name: str, value: Any, *, kind: str) -> tuple[str, str, str]:  # noqa: ANN401
    code, action = _SHAPES.get(name, _DATE)
    reason = f"{_described(value)} does not have the right form."
    if kind == "value_error":
        reason = f"{_described(value)} is a day that does not exist."
    return reason, action, code


def _out_of_range(value: Any, context: Mapping[str, Any]) -> tuple[str, str, str]:  # noqa: ANN401
    words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    limit = " and ".join(f"{words[key]} {context[key]:g}" for key in words if key in context)
    return (
        f"{_described(value)} is out of range: it must be {limit}.",
        "Check the number.",
        "out-of-range",
    )


def _wrong_type(kind: str, value: Any, *, name: str) -> tuple[str, str, str]:  # noqa: ANN401
    wanted, action = {
        "string_type": ("text", "Write the value as text."),
        "bool_parsing": ("true or false", "Write true or false."),
        "bool_type": ("true or false", "Write true or false, without quotes."),
        "int_type": ("a whole number", "Write a whole number, without quotes."),
        "int_from_float": ("a whole number", "Write a whole number, without decimals."),
        "float_type": ("a number", "Write a number with a decimal point, without quotes."),
        "tuple_type": ("a list", "Begin each item with '- ' on a line of its own, or write []."),
        "model_type": ("a group of keys", "Write 'key: value' lines below it."),
    }.get(kind, ("something else", "Compare with another record."))
    if kind == "string_type" and isinstance(value, int | float):
        action = f"Put it in quotes: '{value}'."
    return f"{_described(value)} stands in '{name}', but {wanted} is needed.", action, "wrong-type"


def _described(value: Any) -> str:  # noqa: ANN401
    match value:
        case None:
            return "Nothing (null)"
        case str():
            return f"The text {quoted(value)}"
        case bool():
            return f"The truth value {str(value).lower()}"
        case int() | float():
            return f"The number {_number(value)}"
        case list() | tuple():
            return "A list"
    return "A group of keys"


def _number(value: float) -> str:
    if isinstance(value, int) and abs(value) >= 10**15:
        return "(very large)"
    return str(value)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is nearest in spelling, if any is near."""
    found = difflib.get_close_matches(word[:80], list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def field_names(model: type[BaseModel], loc: Loc) -> tuple[str, ...]:
    """Return the keys that a model knows at a place inside a record."""
    found = _model_in(annotation_at(model, loc))
    return tuple(found.model_fields) if found else ()


def annotation_at(model: type[BaseModel], loc: Sequence[str | int]) -> Any:  # noqa: ANN401
    """Return the type that a model gives to a place inside a record."""
    annotation: Any = model
    for part in loc:
        if isinstance(part, int):
            inner = next((a for a in _parts(annotation) if get_origin(a) is tuple), None)
            annotation = get_args(inner)[0] if inner else None
            continue
        found = _model_in(annotation)
        field = found.model_fields.get(part) if found else None
        annotation = field.annotation if field else None
    return annotation


def types_at(model: type[BaseModel], loc: Loc) -> list[Any]:
    """Return the plain types that a model allows at a place inside a record."""
    return _parts(annotation_at(model, loc))


def _parts(annotation: Any) -> list[Any]:  # noqa: ANN401
    """Return the alternatives of a type, without the wrappings of Annotated and Optional."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _parts(get_args(annotation)[0])
    if origin in {Union, types.UnionType}:
        return [inner for part in get_args(annotation) for inner in _parts(part)]
    return [annotation]


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401
    for part in _parts(annotation):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def _enum_in(annotation: Any) -> list[StrEnum]:  # noqa: ANN401
    for part in _parts(annotation):
        if isinstance(part, type) and issubclass(part, StrEnum):
            return list(part)
    return []


def text_faults(value: Any, *, place: Place) -> Iterator[Fault]:  # noqa: ANN401
    """Yield what is wrong with the texts that YAML gave for a record, keys as well as values."""
    for path, text in _texts(value):
        yield from _personal(text, path=path, place=place)
        yield from _invisible(text, path=path, place=place)
        if _TAG.search(text):
            yield place.fault(
                path,
                f"The text {quoted(text)} looks like HTML.",
                action="Write plain text without tags.",
                code="html",
            )
        if text != text.strip():
            yield place.fault(
                path,
                f"The text {quoted(text)} begins or ends with empty space.",
                action="Remove the space.",
                code="stray-space",
            )


def _texts(value: Any) -> Iterator[tuple[Loc, str]]:  # noqa: ANN401
    """Yield every text with its path, in file order, without recursion."""
    waiting: list[tuple[Loc, Any]] = [((), value)]
    while waiting:
        path, item = waiting.pop()
        match item:
            case str():
                yield path, item
            case dict():
                waiting.extend(((*path, key), inner) for key, inner in reversed(item.items()))
                yield from (((*path, key), key) for key in item)
            case list():
                pairs = list(enumerate(item))
                waiting.extend(((*path, index), inner) for index, inner in reversed(pairs))


def _personal(text: str, *, path: Loc, place: Place) -> Iterator[Fault]:
    match = PERSONAL_DATA.search(text)
    if match is None:
        return
    found = match.group()
    kind = "a telephone or identity number" if "@" not in found else "an e-mail address"
    yield place.fault(
        path,
        f"The text holds {kind} (begins with {quoted(found[:2])}); the register holds no"
        " personal data.",
        action="Remove it; give a web page of the organisation instead.",
        code="personal-data",
    )


def _invisible(text: str, *, path: Loc, place: Place) -> Iterator[Fault]:
    found = [
        sign
        for sign in text
        if sign == "\ufffd" or unicodedata.category(sign) in _FORBIDDEN_CATEGORIES
    ]
    if found:
        signs = ", ".join(
            f"U+{ord(sign):04X} ({unicodedata.name(sign, 'control character').lower()})"
            for sign in list(dict.fromkeys(found))[:5]
        )
        yield place.fault(
            path,
            f"The text {quoted(text)} holds signs that cannot be seen or read: {signs}.",
            action="Write the text again by hand.",
            code="invisible-character",
        )
    if not unicodedata.is_normalized("NFC", text):
        yield place.fault(
            path,
            f"The text {quoted(text)} has letters made of two signs (a + ring for å, say).",
            action="Write the text again by hand.",
            code="decomposed-letters",
        )
