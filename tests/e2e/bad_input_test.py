"""Every operation of openapi.json with input that makes no sense: a 4xx that says what is wrong, and a daemon that lives."""

import json

from api import Api, filled
from house import House, unittest

DAG = """
tasks:
  only: {run: "true"}
"""

GOOD = {
    "dag_id": "only",
    "run_id": "one",
    "task_id": "only",
    "map_index": -1,
    "try_number": 1,
    "version_number": 1,
    "backfill_id": 1,
    "event_id": 1,
    "import_error_id": 1,
    "pool_name": "default_pool",
    "event_log_id": 1,
    "username": "ada",
    "token_id": 1,
}
# As they stand in the path.
BAD_IDS = {
    "up and away": "..%2f..%2f..%2fetc%2fpasswd",
    "NUL": "a%00b",
    "broken UTF-8": "%ff%fe",
    "a giant number": "9" * 40,
    "a negative number": "-7",
    "very long": "x" * 5000,
    "signs of SQL": "%27%3B%20DROP%20TABLE%20dag_run%3B--",
    "signs of LIKE": "%25",
    "a line break": "a%0d%0aX-Evil:%201",
}
BAD_QUERIES = {
    "unknown": "no_such_parameter=1",
    "a word for a number": "limit=many",
    "a giant number": "limit=" + "9" * 40,
    "a negative offset": "offset=-1",
    "broken UTF-8": "no_such=%ff",
}
BAD_BODIES = {
    "no JSON": b"{",
    "a list": b"[]",
    "a text": b'"text"',
    "a number past all": b'{"conf": 1e99999}',
    "broken UTF-8": b'{"note": "\xff\xfe"}',
    "deeply nested": b"[" * 100_000,
    "deeply nested objects": b'{"conf":' * 50_000 + b"1" + b"}" * 50_000,
    "an unknown key": b'{"no_such_key": 1}',
    "giant integers": json.dumps({"dag_id": 10**40, "max_active_runs": 10**40, "task_ids": [["only", 10**40]]}).encode(),
    "NUL in a text": b'{"dag_run_id": "a\\u0000b", "task_id": "\\u0000", "dag_id": "\\u0000"}',
    "ten megabytes": b'{"note": "' + b"x" * 10_000_000 + b'"}',
}
# These take any query: probes and browsers put something behind them.
ANY_QUERY = {"/api/v2/monitor/health", "/api/v2/version", "/api/v2/openapi.json", "/api/v2/live", "/metrics"}


class BadInput(House):
    def setUp(self):
        super().setUp()
        self.dag("only", DAG)
        self.start()
        self.api = Api(self.folder)
        self.operations = [
            (method.upper(), path, operation)
            for path, item in self.api.document().document["paths"].items()
            for method, operation in item.items()
            if method in ("get", "post", "put", "patch", "delete")
        ]
        self.faults = []

    def refused(self, what, method, target, body=None, headers=None):
        try:
            answer = self.api.ask(method, target, body, headers)
        except OSError as failure:
            # A body that is too long may be refused before all of it is read.
            if "megabytes" not in what:
                self.faults.append(f"{what}: {method} {target[:200]}: {failure}")
            return
        if not 400 <= answer.status < 500:
            self.faults.append(f"{what}: {method} {target[:200]}: {answer.status} {answer.text[:300]}")
        elif not (answer.json or {}).get("detail"):
            self.faults.append(f"{what}: {method} {target[:200]}: {answer.status} says nothing: {answer.text[:300]}")

    def done(self):
        self.assertIsNone(self.daemon.poll(), self.read("daemon.log"))
        self.assertEqual(self.api.get("/api/v2/monitor/health").json["problem"], None)
        self.assertFalse(self.faults, f"{len(self.faults)}:\n" + "\n".join(self.faults))

    def test_ids_that_are_none_are_refused(self):
        for method, path, _ in self.operations:
            names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
            for name in names:
                for what, bad in BAD_IDS.items():
                    if what == "a negative number" and name == "map_index":
                        bad = "-77777777777777777777"
                    others = {key: value for key, value in GOOD.items() if key != name}
                    self.refused(f"{name}: {what}", method, filled(path, others).replace("{" + name + "}", bad),
                                 b"{}" if method != "GET" else None)
        self.done()

    def test_queries_that_make_no_sense_are_refused(self):
        for method, path, operation in self.operations:
            if path in ANY_QUERY:
                continue
            known = {parameter.get("name") or parameter["$ref"].rsplit("/", 1)[1] for parameter in operation.get("parameters", [])}
            for what, query in BAD_QUERIES.items():
                if what == "unknown" or query.split("=")[0] in known:
                    self.refused(f"query: {what}", method, filled(path, GOOD) + "?" + query, b"{}" if method != "GET" else None)
        self.done()

    def test_bodies_that_make_no_sense_are_refused(self):
        for method, path, operation in self.operations:
            if "requestBody" not in operation:
                continue
            for what, body in BAD_BODIES.items():
                self.refused(f"body: {what}", method, filled(path, GOOD), body)
            self.refused("body: of another type", method, filled(path, GOOD), b"<xml/>", {"Content-Type": "text/xml"})
        self.done()

    def test_values_of_the_wrong_type_are_refused(self):
        for method, path, operation in self.operations:
            content = operation.get("requestBody", {}).get("content", {})
            schema = self.api_schema(content.get("application/json", {}).get("schema"))
            for key in (schema or {}).get("properties", {}):
                for wrong in ({"a": [1]}, [[{}]], 10**30, -1.5, "\ud800"):
                    if self.fits(schema["properties"][key], wrong):
                        continue
                    self.refused(f"{key}: {wrong!r:.40}", method, filled(path, GOOD), json.dumps({key: wrong}).encode())
        self.done()

    def test_a_body_that_can_not_be_decoded_is_no_empty_body(self):
        for codings in ("gzip, chunked", "chunked, gzip", "gzip"):
            answer = self.api.ask("POST", "/api/v2/dags/only/dagRuns", b"2\r\n{}\r\n0\r\n\r\n", {"Transfer-Encoding": codings})
            self.assertEqual(answer.status, 501, answer.text)
            self.assertIn("Transfer-Encoding: chunked", answer.json["detail"])
        self.assertEqual(self.api.get("/api/v2/dags/only/dagRuns").json["total_entries"], 0)
        self.done()

    def api_schema(self, schema):
        while schema and "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            schema = self.schemas()[name]
        return schema

    def schemas(self):
        if not hasattr(self, "_schemas"):
            self._schemas = self.api.document().document["components"]["schemas"]
        return self._schemas

    @staticmethod
    def fits(schema, value):
        """An object where any object goes is no fault of its type."""
        kinds = schema.get("type", [])
        return isinstance(value, dict) and "object" in (kinds if isinstance(kinds, list) else [kinds])


if __name__ == "__main__":
    unittest.main()
