"""web/api/openapi.yaml as JSON, alone and as a C++ header: openapi.py YAML JSON [HEADER]. The build calls it."""

import datetime
import json
import sys
from pathlib import Path

import yaml

# A literal may be no longer than this by the standard; the document is longer.
PIECE = 60_000


def as_json(text):
    document = {key: value for key, value in yaml.safe_load(text).items() if not key.startswith("x-")}

    def refuse(value):
        hint = ": put it into quotes" if isinstance(value, (datetime.date, datetime.datetime)) else ""
        raise TypeError(f"{value!r} is no JSON{hint}")

    return json.dumps(document, ensure_ascii=True, separators=(",", ":"), default=refuse)


def as_header(text):
    pieces = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
    literals = ",\n".join(f'    R"json({piece})json"' for piece in pieces)
    return (
        "// Made from openapi.yaml by the build.\n#pragma once\n\n#include <string_view>\n\nnamespace weir::api {\n\n"
        f"inline constexpr std::string_view kOpenApi[] = {{\n{literals}}};\n\n}}  // namespace weir::api\n"
    )


def main():
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    text = as_json(source.read_text(encoding="utf-8"))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text + "\n", encoding="utf-8")
    if len(sys.argv) > 3:
        Path(sys.argv[3]).write_text(as_header(text), encoding="utf-8")


if __name__ == "__main__":
    main()
