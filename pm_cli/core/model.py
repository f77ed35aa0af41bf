"""From typed input to stored text: the pydantic model of the one action invoked, and the list of its inputs."""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pm_cli.core.action import FieldSpec, Group, Shape
from pm_cli.core.text import _
from pm_cli.core.types import Link, Type, to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pm_cli.core.codec import Node
    from pm_cli.core.times import When


@dataclass(frozen=True)
class Input:
    """One leaf input of an action: `path` ("borrower", "name") is the option `--borrower-name`."""

    path: tuple[str, ...]
    type: Type
    spec: FieldSpec
    required: bool
    many: bool

    @property
    def option(self) -> str:
        """The name on the command line, without dashes in front."""
        return "-".join(self.path).replace("_", "-")

    @property
    def dotted(self) -> str:
        """The name in messages and tables."""
        return ".".join(self.path)


class InputErrors(ValueError):
    """What was given does not fit; `errors` maps dotted names to messages, `missing` lists required ones."""

    def __init__(self, errors: dict[str, str], missing: list[str]) -> None:
        super().__init__("; ".join([*(f"{name}: {text}" for name, text in errors.items()), *missing]))
        self.errors = errors
        self.missing = missing


def leaf(hint: Any) -> tuple[Type | None, type[Group] | None, bool]:
    """What a resolved hint is made of: its type, or its group, and whether it is a list."""
    many = False
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is list:
        many, hint = True, get_args(hint)[0]
    if get_origin(hint) is Annotated:
        return next(part for part in get_args(hint) if isinstance(part, Type)), None, many
    if isinstance(hint, type) and issubclass(hint, Group):
        return None, hint, many
    return None, None, many


def inputs(shape: type[Shape], above: tuple[str, ...] = (), demanded: bool = True) -> Iterator[Input]:
    """The leaf inputs of an action or group in declared order; lists of groups come only through `--input`."""
    hints = shape.hints()
    for name, spec in shape.fields.items():
        kind, group, many = leaf(hints[name])
        required = spec.required and demanded
        if group is not None and not many:
            yield from inputs(group, (*above, name), required)
        elif kind is not None:
            yield Input((*above, name), kind, spec, required, many)


def validate(shape: type[Shape], raw: Mapping[str, Any], when: When, *, partial: bool = False) -> dict[str, Any]:
    """Typed values of what was given, by field name; raises InputErrors with everything that is wrong at once.

    `partial` accepts missing required fields (drafts, corrections).
    """
    from pydantic import ValidationError

    try:
        filled = _model(shape, partial).model_validate(raw, context=when)
    except ValidationError as error:
        errors: dict[str, str] = {}
        missing: list[str] = []
        for item in error.errors(include_url=False):
            name = ".".join(str(part) for part in item["loc"] if part != "function-before")
            if item["type"] == "missing":
                missing += _leaves(shape, name)
            elif item["type"] == "extra_forbidden":
                errors[name] = _("there is no such field")
            else:
                errors[name] = str(item["msg"]).removeprefix("Value error, ")
        raise InputErrors(errors, missing) from None
    return dict(filled.model_dump(exclude_none=True, by_alias=True))


def _leaves(shape: type[Shape], missing: str) -> list[str]:
    """A missing group as the options by which it is given: the required ones, or the first."""
    below = [one for one in inputs(shape) if one.dotted.startswith(missing + ".")]
    return [one.dotted for one in below if one.required] or [one.dotted for one in below[:1]] or [missing]


def schema(shape: type[Shape]) -> dict[str, Any]:
    """The JSON schema of an action's input."""
    return dict(_model(shape, False).model_json_schema())


_MODELS: dict[tuple[type[Shape], bool], Any] = {}


def _model(shape: type[Shape], partial: bool) -> Any:
    """The pydantic model of a shape, made once."""
    if (shape, partial) not in _MODELS:
        _MODELS[shape, partial] = _made(shape, partial)
    return _MODELS[shape, partial]


def _made(shape: type[Shape], partial: bool) -> Any:
    """A pydantic model whose fields carry our names as aliases, so that none shadows one of pydantic's."""
    from pydantic import ConfigDict, Field, create_model

    hints = shape.hints()
    members: dict[str, Any] = {}
    for name, spec in shape.fields.items():
        kind, group, many = leaf(hints[name])
        member: Any = _model(group, partial) if group else _checked(kind)
        if many:
            member = Annotated[list[member], _listing()]
        required = spec.required and not partial
        default = ... if required else None if partial else spec.default
        members[f"{name}_"] = (member if required else member | None, Field(default, alias=name))
    return create_model(shape.__name__, __config__=ConfigDict(extra="forbid"), **members)


def _checked(kind: Type | None) -> Any:
    from pydantic import BeforeValidator, ValidationInfo

    if kind is None:
        return Any
    parse = kind.parse

    def read(raw: Any, info: ValidationInfo) -> Any:
        return None if raw is None else parse(raw, info.context)  # type: ignore[arg-type]

    return Annotated[Any, BeforeValidator(read)]


def _listing() -> Any:
    from pydantic import BeforeValidator

    return BeforeValidator(lambda raw: raw if isinstance(raw, list | tuple) or raw is None else [raw])


def given(
    shape: type[Shape],
    values: Mapping[str, Any],
    seal: Callable[[str], str],
    resolve: Callable[[str, Link], str],
) -> dict[str, Node]:
    """The stored form of validated values: links resolved, personal values replaced through `seal`, all text."""
    hints = shape.hints()
    stored: dict[str, Node] = {}
    for name, value in values.items():
        if value is None or value == [] or value == {}:
            continue
        kind, group, many = leaf(hints[name])
        items = value if many else [value]
        texts: list[Node] = []
        for item in items:
            if group is not None:
                texts.append(given(group, item, seal, resolve))
            elif isinstance(kind, Link):
                texts.append(resolve(str(item), kind))
            elif kind is not None and kind.personal:
                texts.append(seal(str(item)))
            else:
                texts.append(to_text(item))
        stored[name] = texts if many else texts[0]
    return stored
