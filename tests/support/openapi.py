"""Holds answers of the API against openapi.yaml: strictly, so that no key goes undocumented."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema

METHODS = ("get", "post", "put", "patch", "delete")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def load(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def operations(document):
    """(method, path, operation) of all."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


class Document:
    def __init__(self, document):
        self.document = document
        self._components = self._closed(document["components"])
        self._paths = [(path.strip("/").split("/"), path) for path in document["paths"]]

    def path_of(self, target):
        """The path whose pattern matches, a literal before a parameter; None without one."""
        wanted = urlsplit(target).path.strip("/").split("/")
        best = None
        for pattern, path in self._paths:
            if len(pattern) != len(wanted):
                continue
            if not all(is_parameter(part) or part == text for part, text in zip(pattern, wanted)):
                continue
            rank = [is_parameter(part) for part in pattern]
            if best is None or rank < best[0]:
                best = (rank, path)
        return best[1] if best else None

    def faults(self, method, target, status, content_type, body):
        """What is wrong with an answer, in words."""
        method = "GET" if method == "HEAD" else method
        path = self.path_of(target)
        operation = self.document["paths"].get(path, {}).get(method.lower()) if path else None
        if operation is None:  # 404 and 405 belong to no operation
            return [] if status in (204, 404, 405, 400) else [f"{status} of a route that is not documented"]
        if status == 405:
            return []
        response = operation["responses"].get(str(status))
        if response is None:
            return [f"status {status} is not documented"]
        response = self._resolved(response)
        media = content_type.split(";")[0].strip()
        content = response.get("content")
        if content is None:
            return [] if body in (None, "") else ["a body is not documented"]
        if media not in content:
            return [f"content type {media} is not documented"]
        schema = content[media].get("schema")
        if media != "application/json" or schema is None:
            return []
        return self._check(schema, body)

    def _resolved(self, value):
        while "$ref" in value:
            target = self.document
            for part in value["$ref"][2:].split("/"):
                target = target[part]
            value = target
        return value

    def _check(self, schema, body):
        root = {"$schema": DIALECT, "components": self._components, **self._closed(schema)}
        validator = jsonschema.Draft202012Validator(root)
        return [
            f"at /{'/'.join(str(part) for part in error.absolute_path)}: {error.message[:300]}"
            for error in validator.iter_errors(body)
        ]

    def _closed(self, value, part_of_all=False):
        """The schemas, with every object that names its properties closed to others; the parts of an allOf only as a whole."""
        if isinstance(value, list):
            return [self._closed(item) for item in value]
        if not isinstance(value, dict):
            return value
        closed = {}
        for key, item in value.items():
            if key == "properties":
                closed[key] = {name: self._closed(schema) for name, schema in item.items()}
            elif key == "allOf":
                closed[key] = [self._closed(self._resolved(part), part_of_all=True) for part in item]
            else:
                closed[key] = self._closed(item)
        if ("properties" in value or "allOf" in value) and "additionalProperties" not in value and not part_of_all:
            closed["unevaluatedProperties"] = False
        return closed


def is_parameter(part):
    return part.startswith("{")
