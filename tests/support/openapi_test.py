"""The document itself: OpenAPI 3.1 as far as it can be held against rules without its meta-schema. openapi_test.py OPENAPI_JSON"""

import re
import sys
import unittest
from pathlib import Path

import jsonschema

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.support.openapi import Document, load, operations  # noqa: E402

DOCUMENT = {}


def every(value, path=()):
    yield path, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from every(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from every(item, (*path, index))


def resolve(reference):
    target = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        target = target[part]
    return target


def parameters_of(path, operation):
    for parameter in DOCUMENT["paths"][path].get("parameters", []) + operation.get("parameters", []):
        yield resolve(parameter["$ref"]) if "$ref" in parameter else parameter


class TheDocument(unittest.TestCase):
    def test_says_its_version(self):
        self.assertTrue(DOCUMENT["openapi"].startswith("3.1."))

    def test_every_reference_leads_somewhere(self):
        for path, value in every(DOCUMENT):
            if path and path[-1] == "$ref":
                with self.subTest(reference=value):
                    resolve(value)

    def test_every_component_is_used(self):
        used = {value for path, value in every(DOCUMENT) if path and path[-1] == "$ref"}
        read_by_streams = {"Changes"}
        for kind in ("schemas", "parameters", "responses"):
            for name in DOCUMENT["components"][kind]:
                if name not in read_by_streams:
                    self.assertIn(f"#/components/{kind}/{name}", used)

    def test_every_schema_is_a_json_schema(self):
        schemas = [(path, value) for path, value in every(DOCUMENT) if len(path) > 1 and path[-1] == "schema" and isinstance(value, dict)]
        schemas += list(DOCUMENT["components"]["schemas"].items())
        for path, schema in schemas:
            with self.subTest(path=path):
                jsonschema.Draft202012Validator.check_schema(schema)

    def test_every_required_key_is_described(self):
        for path, value in every(DOCUMENT["components"]["schemas"]):
            if isinstance(value, dict) and isinstance(value.get("required"), list) and "properties" in value:
                with self.subTest(path=path):
                    self.assertLessEqual(set(value["required"]), set(value["properties"]))
                    self.assertEqual(len(value["required"]), len(set(value["required"])))

    def test_every_operation_has_a_name_of_its_own_a_summary_and_a_tag(self):
        tags = {tag["name"] for tag in DOCUMENT["tags"]}
        names = []
        for _, _, operation in operations(DOCUMENT):
            names.append(operation["operationId"])
            self.assertTrue(operation["summary"])
            self.assertTrue(operation["tags"] and set(operation["tags"]) <= tags)
        self.assertEqual(len(names), len(set(names)))

    def test_every_operation_says_how_it_goes_well(self):
        for method, path, operation in operations(DOCUMENT):
            with self.subTest(method=method, path=path):
                self.assertTrue([status for status in operation["responses"] if status.startswith("2")])
                for response in operation["responses"].values():
                    self.assertTrue((resolve(response["$ref"]) if "$ref" in response else response)["description"])

    def test_the_parameters_of_a_path_are_those_of_its_pattern(self):
        for method, path, operation in operations(DOCUMENT):
            with self.subTest(method=method, path=path):
                found = [(p["in"], p["name"]) for p in parameters_of(path, operation)]
                self.assertEqual(len(found), len(set(found)))
                self.assertEqual({name for place, name in found if place == "path"}, set(re.findall(r"{(\w+)}", path)))

    def test_the_validator_finds_a_key_too_many_and_a_key_too_few(self):
        document = Document(DOCUMENT)
        good = {"version": "1", "git_version": None}
        answer = ("GET", "/api/v2/version", 200, "application/json")
        self.assertEqual(document.faults(*answer, good), [])
        self.assertTrue(document.faults(*answer, {**good, "more": 1}))
        self.assertTrue(document.faults(*answer, {"version": "1"}))
        self.assertTrue(document.faults("GET", "/api/v2/version", 202, "application/json", good))


if __name__ == "__main__":
    DOCUMENT.update(load(sys.argv.pop()))
    unittest.main()
