"""One parameter of a version-neutral command."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameter:
    """`type` is str, int, float, bool, list, dict, datetime for an ISO 8601 text, or object for any value.

    `choices` narrows a str.

    `items`: the members of the objects in a list, or of a dict; without them their content is not looked at.
    """

    name: str
    type: type
    help: str
    required: bool = False
    choices: tuple[str, ...] = ()
    items: tuple["Parameter", ...] = ()
