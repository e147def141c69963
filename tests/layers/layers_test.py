"""The layer test finds what it is there to find."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import layers  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]


class House:
    """A made-up project with the real table and the given files."""

    def __init__(self, files):
        self.files = {"scheduler/model/dag.hpp": "", "scheduler/store/writer.hpp": "", **files}

    def faults(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name, text in self.files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return list(layers.check_includes(root))


class TestNames(unittest.TestCase):
    def faults(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "tests/core/a_test.cpp"
            path.parent.mkdir(parents=True)
            path.write_text(text)
            return list(layers.check_test_names(Path(folder)))

    def test_a_semicolon_in_a_name_is_a_fault_with_its_place(self):
        faults = self.faults('\nTEST_CASE("it runs; it ends") { CHECK(true); }\n')
        self.assertEqual(len(faults), 1, faults)
        self.assertIn("a_test.cpp:2:", faults[0])

    def test_a_name_of_several_strings_is_read_to_its_end(self):
        self.assertEqual(len(self.faults('TEST_CASE(\n    "it runs"\n    "; it ends") {}')), 1)

    def test_the_name_of_a_test_with_a_fixture_is_read(self):
        self.assertEqual(len(self.faults('TEST_CASE_FIXTURE(World, "it runs; it ends") {}')), 1)

    def test_semicolons_outside_of_names_are_none(self):
        self.assertEqual(self.faults('TEST_CASE("it \\"runs\\"") { run("a;b"); }\n'), [])


class Includes(unittest.TestCase):
    def assert_fault(self, files, *parts):
        faults = House(files).faults()
        self.assertEqual(len(faults), 1, faults)
        for part in parts:
            self.assertIn(part, faults[0])

    def assert_none(self, files):
        self.assertEqual(House(files).faults(), [])

    def test_a_room_may_include_itself_and_what_its_line_names(self):
        self.assert_none(
            {
                "scheduler/core/a.hpp": "",
                "scheduler/core/step.cpp": '#include "scheduler/core/a.hpp"\n#include "scheduler/model/dag.hpp"\n',
            }
        )

    def test_a_room_that_is_not_named_is_a_fault_with_its_place(self):
        self.assert_fault(
            {"scheduler/core/step.cpp": '// the brain\n\n#include "scheduler/store/writer.hpp"\n'},
            "scheduler/core/step.cpp:3:",
            "not store",
        )

    def test_angle_brackets_hide_nothing(self):
        self.assert_fault({"scheduler/core/step.cpp": "#include <scheduler/store/writer.hpp>\n"}, "not store")

    def test_spaces_and_a_subfolder_hide_nothing(self):
        self.assert_fault(
            {"scheduler/model/deep/a.hpp": '  #  include   "scheduler/store/writer.hpp"\n'}, "model/deep/a.hpp:1:"
        )

    def test_a_path_relative_to_the_file_is_a_fault(self):
        self.assert_fault({"scheduler/model/run.hpp": '#include "dag.hpp"\n'}, "from the top of the project")

    def test_a_way_round_over_the_parent_folder_is_a_fault(self):
        self.assert_fault({"scheduler/model/run.hpp": '#include "../store/writer.hpp"\n'}, "from the top of the project")

    def test_a_header_that_the_build_writes_is_in_the_room_whose_cmake_says_so(self):
        text = '#include "migrations/embedded.hpp"\n'
        self.assert_none({"migrations/migrations.cpp": text, "migrations/migrations.cmake": "embed(embedded.hpp)\n"})
        self.assert_fault({"migrations/migrations.cpp": text}, "no header of a room")

    def test_a_file_in_no_room_is_a_fault(self):
        self.assert_fault({"scheduler/stray.cpp": "#include <vector>\n"}, "in no room")

    def test_yaml_cpp_stays_in_yaml(self):
        text = "#include <yaml-cpp/yaml.h>\n"
        self.assert_none({"scheduler/yaml/loader.cpp": text})
        self.assert_fault({"scheduler/core/step.cpp": text}, "yaml-cpp is for scheduler/yaml/ only")

    def test_sqlite_stays_in_the_store_and_the_sqlite_connector(self):
        for text in ("#include <sqlite3.h>\n", "#include <SQLiteCpp/Database.h>\n"):
            self.assert_none({"scheduler/store/writer.cpp": text, "executors/connectors/sqlite.cpp": text})
            self.assert_fault({"executors/connectors/redis.cpp": text}, "SQLite is for")
            self.assert_fault({"daemon/main.cpp": text}, "SQLite is for")

    def test_asio_never_enters_the_scheduler_the_supervisor_or_the_wire(self):
        text = "#include <boost/asio/io_context.hpp>\n"
        self.assert_none({"web/http/listener.cpp": text, "executors/process/executor.cpp": text})
        for folder in ("scheduler/core", "scheduler/store", "executors/supervisor", "executors/wire"):
            with self.subTest(folder=folder):
                self.assert_fault({f"{folder}/a.cpp": text}, "Asio and Beast is for")

    def test_other_parts_of_boost_are_free(self):
        self.assert_none({"scheduler/model/result.hpp": "#include <boost/system/result.hpp>\n"})

    def test_an_include_in_a_comment_is_none(self):
        self.assert_none({"scheduler/model/a.hpp": '/* was:\n#include "scheduler/store/writer.hpp"\n*/\n// #include "x"\n'})

    def test_tests_and_benchmarks_may_include_anything(self):
        self.assert_none({"tests/scheduler/core/step_test.cpp": '#include "scheduler/store/writer.hpp"\n'})


class TheTable(unittest.TestCase):
    def faults(self, change):
        with tempfile.TemporaryDirectory() as folder:
            text = (ROOT / "CMakeLists.txt").read_text()
            (Path(folder) / "CMakeLists.txt").write_text(change(text))
            return list(layers.check_cmake(Path(folder)))

    def test_it_is_the_build_files_own(self):
        self.assertEqual(self.faults(lambda text: text), [])

    def test_a_room_that_only_the_build_file_has_is_a_fault(self):
        faults = self.faults(lambda text: text + "\nweir_room(attic attic ROOMS model)\n")
        self.assertEqual(len(faults), 1, faults)
        self.assertIn("attic is missing in tests/layers/layers.py", faults[0])

    def test_a_room_that_may_link_more_than_the_table_says_is_a_fault(self):
        faults = self.faults(lambda text: text.replace("ROOMS wire)", "ROOMS wire store)"))
        self.assertEqual(len(faults), 1, faults)
        self.assertIn("room supervisor", faults[0])

    def test_no_room_reaches_itself_over_others(self):
        def below(room, seen):
            for other in layers.ROOMS[room][1]:
                self.assertNotIn(other, seen, f"{room} closes a circle")
                below(other, seen | {other})

        for room in layers.ROOMS:
            below(room, {room})


if __name__ == "__main__":
    unittest.main()
