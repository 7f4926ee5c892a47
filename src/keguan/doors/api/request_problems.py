"""What is wrong with a request that does not keep to the interface, in the words of the house."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem

_SAID: Final[Mapping[str, Text]] = {
    "missing": Text("缺少这一项。", "This is missing."),
    "extra_forbidden": Text("没有这一项。", "There is no such member."),
    "string_type": Text("须为文字。", "It must be a text."),
    "int_type": Text("须为整数。", "It must be a whole number."),
    "int_parsing": Text("须为整数。", "It must be a whole number."),
    "int_from_float": Text("须为整数。", "It must be a whole number."),
    "bool_type": Text("须为 true 或 false。", "It must be true or false."),
    "bool_parsing": Text("须为 true 或 false。", "It must be true or false."),
    "dict_type": Text("须为对象。", "It must be an object."),
    "list_type": Text("须为数组。", "It must be an array."),
    "model_attributes_type": Text("须为对象。", "It must be an object."),
    "string_too_long": Text("太长，最多 {max_length} 字。", "Too long: at most {max_length} characters."),
    "string_too_short": Text("太短，至少 {min_length} 字。", "Too short: at least {min_length} characters."),
    "less_than_equal": Text("须不大于 {le}。", "It must not be more than {le}."),
    "greater_than_equal": Text("须不小于 {ge}。", "It must not be less than {ge}."),
    "literal_error": Text("须为其中之一：{expected}。", "It must be one of: {expected}."),
}
_OTHERWISE: Final = Text("不符合接口说明：{msg}", "It does not keep to the reference: {msg}")


def problems_in(errors: Iterable[Mapping[str, Any]]) -> list[Problem]:
    """A problem for each place of the request that does not fit its description."""
    return [_problem(one) for one in errors]


def _problem(error: Mapping[str, Any]) -> Problem:
    kind = str(error.get("type", ""))
    said = _SAID.get(kind, _OTHERWISE).filled(msg=error.get("msg", ""), **error.get("ctx", {}))
    # The first two parts say body or query, and the name of a Python argument.
    place = [str(part) for part in error.get("loc", ())]
    where = ".".join(place[2:] or place[1:])
    fix = Text("写法见接口说明 /api/。", "The reference at /api/ says how.")
    return Problem(f"request.{kind.replace('_', '-')}", said, where, fix=fix)
