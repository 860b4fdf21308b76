"""Is a value what the API description says? For whoever has the document and an answer in hand."""

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

Spec = Mapping[str, Any]


def faults(spec: Spec, schema: Spec, value: Any) -> list[str]:
    """Why the value is not what the schema says; references lead into the document."""
    whole = {**schema, "components": spec["components"]}
    validator = Draft202012Validator(whole, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def answer_faults(spec: Spec, method: str, path: str, status: int, value: Any) -> list[str]:
    """Why an answer in JSON is not what its operation says; `path` as it stands in the document."""
    answers = spec["paths"][path][method.lower()]["responses"]
    if str(status) not in answers:
        return [f"{method} {path} says nothing of {status}; it knows {', '.join(answers)}"]
    return faults(spec, answers[str(status)]["content"]["application/json"]["schema"], value)
