"""Findings for what pydantic says of a file that isn't a map: a behaviour, or a mapping of columns.

Maps have their own (`milepost.language.structure`), as drafts of them are checked further.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from milepost.language.field_errors import requirement
from milepost.language.findings import Finding, quoted_value
from milepost.language.names import nearest
from milepost.language.yaml_text import Path
from milepost.text import did_you_mean


def findings_of(error: ValidationError, model: type[BaseModel]) -> Iterator[Finding]:
    """Yields everything that is wrong with the file of a model, by the path of the field."""
    for each in error.errors(include_url=False):
        yield _finding(each, model)


def _finding(error: Any, model: type[BaseModel]) -> Finding:
    path: Path = tuple(part for part in error["loc"] if part != "[key]")
    if error["type"] == "extra_forbidden":
        valid = _fields_at(path[:-1], model)
        hint = did_you_mean(nearest(str(path[-1]), valid)) or f"; it knows {', '.join(valid)}"
        return Finding(path, "M101", f"Unknown field {path[-1]!r}{hint}", key=True)
    if error["type"] == "missing":
        owner = repr(".".join(str(part) for part in path[:-1])) if path[1:] else "The file"
        return Finding(path[:-1], "M102", f"{owner} has no {path[-1]!r}; add it")
    where = ".".join(str(part) for part in path)
    cause = error.get("ctx", {}).get("error")
    if cause is not None:
        return Finding(path, "M103", f"{cause} ({where})" if where else str(cause))
    what = repr(where) if where else "The file"
    return Finding(
        path, "M103", f"{what} {requirement(error['type'], error.get('ctx', {}))}, not {quoted_value(error['input'])}"
    )


def _fields_at(path: Path, model: type[BaseModel]) -> list[str]:
    """Returns the names of the fields that are allowed at a place."""
    in_mapping = False
    for part in path:
        field = None if in_mapping else model.model_fields.get(str(part))
        in_mapping = field is not None and get_origin(field.annotation) is dict  # the next part is one of its keys
        if field is not None:
            model = _model_in(field.annotation)
    return list(model.model_fields)


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
