"""What a reader has chosen: one model per page is its address, its widgets and the API's query.

Last, the addresses that are renamed or withdrawn: ``redirects.yaml`` of a data folder.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Self, get_args, get_origin
from urllib.parse import urlencode

from annotated_types import MaxLen
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic.fields import FieldInfo

from ris_map.common.dates import ShownDay
from ris_map.common.records import Finding, Record, finding, load_model
from ris_map.words.language import LocalText, Translator

YES: Final = "ja"
ALL: Final = "alla"
"""What takes back a default that is not "no restriction"."""
MAX_TEXT_LENGTH: Final = 80

Query = Mapping[str, Sequence[str]]
Context = Mapping[str, Collection[str]]
"""Closed lists that only the data know, by the name that a field of type ``one_of`` gives."""


@dataclass(frozen=True, slots=True)
class IgnoredValue:
    """A value of the address that means nothing here and was left out."""

    key: str
    value: str


class FreeText:
    """Marks a field whose commas are part of the text."""


def one_of(name: str) -> AfterValidator:
    """Return a validator for a value of a list that is given as context; without one all pass."""

    def check(value: str, info: ValidationInfo) -> str:
        if info.context and value not in info.context[name]:
            raise ValueError(f"not one of {name}")
        return value

    return AfterValidator(check)


Flag = Annotated[bool, BeforeValidator(lambda value: True if value == YES else value)]
Whole: Final = BeforeValidator(
    lambda value: int(value) if isinstance(value, str) and re.fullmatch("[0-9]+", value) else value
)
"""Reads the digits of a field that is one of some whole numbers."""


class Choice(BaseModel):
    """Base of a page's choices; the alias of a field is its key in the address.

    A field of type ``tuple[X, ...]`` takes many values (``fas=ide&fas=vaxa`` or ``fas=ide,vaxa``),
    any other one. Keys and values are stable: saved links depend on them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    path: ClassVar[str] = "/"
    """The address of the page."""

    @classmethod
    def lists(cls, world: Any) -> Context:  # noqa: ANN401, ARG003 -- of a room above
        """Return the closed lists that only the data know, for the fields of type ``one_of``."""
        return {}

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """Return the keys of the address that mean something, in their order."""
        return tuple(_key(name, field) for name, field in cls.model_fields.items())

    @classmethod
    def read(
        cls, query: Query, *, context: Context | None = None
    ) -> tuple[Self, tuple[IgnoredValue, ...]]:
        """Return the choice that an address means, and what of its values means nothing.

        Of several values where one is wanted, the last that means something counts and the others
        are left out. Keys that no field has are left to the caller.
        """
        values: dict[str, Any] = {}
        ignored: list[IgnoredValue] = []
        for name, field in cls.model_fields.items():
            key, many = _key(name, field), _is_many(field)
            items: list[Any] = []
            for text in dict.fromkeys(filter(None, _apart(query.get(key, ()), field))):
                if text == ALL and _may_be_taken_back(field):
                    values[name] = () if many else None
                    continue
                try:
                    one = cls.model_validate({key: [text] if many else text}, context=context)
                    items += getattr(one, name) if many else [getattr(one, name)]
                except ValidationError:
                    ignored.append(IgnoredValue(key, text))
            most = next((m.max_length for m in field.metadata if isinstance(m, MaxLen)), None)
            kept = items[:most] if many else items[-1:]  # more than may be chosen: the first
            ignored += [IgnoredValue(key, str(item)) for item in items if item not in kept]
            if kept:
                values[name] = in_order(kept) if many else kept[0]
        return cls.model_validate(values, context=context), tuple(ignored)

    def query(self) -> dict[str, list[str]]:
        """Return the address form: only what differs from no choice, in the fields' order."""
        fields = type(self).model_fields.items()
        same = {_key(name, field) for name, field in fields if getattr(self, name) == field.default}
        return {key: texts for key, texts in self.texts().items() if key not in same}

    def url(self, *, tr: Translator, **changes: object) -> str:
        """Return the address of the page with these choices, some of them changed."""
        query = self.model_copy(update=changes).query()
        return f"{self.path}?{urlencode({**query, 'lang': [tr.language.value]}, doseq=True)}"

    def texts(self) -> dict[str, list[str]]:
        """Return every key with its values as they stand in an address, defaults included."""
        return {
            _key(name, field): _texts(getattr(self, name), default=field.default)
            for name, field in type(self).model_fields.items()
        }

    @model_validator(mode="before")
    @classmethod
    def _split_lists(cls, data: object) -> object:
        """Accept lists with commas where many values are wanted, as the API gets them."""
        if not isinstance(data, Mapping):
            return data
        read = dict(data)
        for name, field in cls.model_fields.items():
            key = name if name in read else _key(name, field)
            if _is_many(field) and isinstance(read.get(key), list):
                read[key] = tuple(dict.fromkeys(_apart(read[key], field)))
        return read


class DatedChoice(Choice):
    """A choice on a page that can also show an earlier day."""

    as_of: ShownDay = Field(default="", alias="datum")


def _key(name: str, field: FieldInfo) -> str:
    return field.alias or name


def _is_many(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is tuple


def _apart(values: Iterable[Any], field: FieldInfo) -> list[Any]:
    """Take texts apart at their commas, unless these belong to the text."""
    if any(isinstance(mark, FreeText) for mark in field.metadata):
        return list(values)
    listed = (value.split(",") if isinstance(value, str) else [value] for value in values)
    return [part for parts in listed for part in parts]


def _may_be_taken_back(field: FieldInfo) -> bool:
    is_optional = _is_many(field) or type(None) in get_args(field.annotation)
    return is_optional and field.default not in ((), None)


def in_order(items: Sequence[Any]) -> tuple[Any, ...]:
    """Return members of an enumeration in its order, other values as they came; each once."""
    unique = list(dict.fromkeys(items))
    if all(isinstance(item, Enum) for item in unique):
        order = list(type(unique[0]).__members__.values())
        unique.sort(key=order.index)
    return tuple(unique)


def _texts(value: object, *, default: object) -> list[str]:
    if value is True:
        return [YES]
    if value in ((), None) and default not in ((), None):
        return [ALL]
    if value is None or value is False or value == "":
        return []
    return [str(item) for item in (value if isinstance(value, tuple) else (value,))]


REDIRECTS: Final = "redirects.yaml"
Address = Annotated[str, StringConstraints(pattern=r"^(/|(/[A-Za-z0-9._~-]+)+)$", max_length=200)]
"""A path of this site, without query; never ``//host``, which would lead away from it."""


class Redirects(Record):
    """Old addresses, with what each is called now, or why it is no more."""

    renamed: dict[Address, Address]
    withdrawn: dict[Address, LocalText]


def load_redirects(path: Path, *, taken: Collection[str] = ()) -> Redirects:
    """Return what is said of old addresses; a region may have no such file.

    ``taken`` are the addresses of pages, which cannot lead elsewhere. ``DataFaults`` has everything
    that is wrong with the file, each with its line.
    """
    if not path.exists():
        return Redirects(renamed={}, withdrawn={})
    return load_model(path, Redirects, wrong=partial(_wrong, taken=taken))


def _wrong(found: Redirects, taken: Collection[str]) -> Iterator[Finding]:
    for section in ("renamed", "withdrawn"):
        for old in getattr(found, section):
            if old in taken:
                yield finding("live-page", section, old)
    for old, new in found.renamed.items():
        at = ("renamed", old)
        if old in found.withdrawn:
            yield finding("withdrawn-too", *at)
        if new == old or found.renamed.get(new) == old:
            yield finding("loop", *at)
        elif new in found.renamed or new in found.withdrawn:
            yield finding("target-redirects", *at)
