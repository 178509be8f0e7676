#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Plants faults in a small tree, and one in a copy of the real one; script/lint-* must name their files and lines."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
CLEAN = {
    "src/LAYERS": "# lowest first\nbase\nlinalg base\ntape base  # a sibling\nnn base linalg tape\ncli public\n",
    "src/CMakeLists.txt": "# SPDX-License-Identifier: Apache-2.0\nbprop_public_headers(bprop.h)\n",
    "src/base/CMakeLists.txt": "# SPDX-License-Identifier: Apache-2.0\nbprop_public_headers(error.h)\n",
    "src/nn/CMakeLists.txt": "# SPDX-License-Identifier: Apache-2.0\nbprop_public_headers(\n  network.h)\n",
    "src/base/README.md": "Errors.\n",
    "src/linalg/README.md": "Matrices.\n",
    "src/tape/README.md": "Expressions.\n",
    "src/nn/README.md": "Networks.\n",
    "include/bprop/bprop.h": SPDX + '#include "bprop/error.h"\n#include "bprop/network.h"\n',
    "include/bprop/error.h": SPDX + "#include <stdexcept>\n",
    "include/bprop/network.h": SPDX + '#include <cstddef>\n\n#include "bprop/error.h"\n',
    "src/base/check.h": SPDX + '#include <fmt/format.h>\n\n#include "bprop/error.h"\n',
    "src/linalg/gemm.cpp": SPDX + '#include "linalg/gemm.h"\n#include "base/check.h"\n',
    "src/linalg/gemm.h": SPDX,
    "src/tape/tape.h": SPDX + '#include "base/check.h"\n',
    "src/nn/dense.cpp": SPDX + '#include "bprop/network.h"\n#include "linalg/gemm.h"\n#include "tape/tape.h"\n',
    "cli/main.cpp": SPDX + '#include <CLI/CLI.hpp>\n#include "bprop/bprop.h"\n#include "verbs.h"\n',
    "cli/train.cpp": SPDX + '#include "cli/verbs.h"\n',
    "cli/verbs.h": SPDX + '#include "bprop/network.h"\n',
}


def run(script, root):
    """The lines that a check prints, after making sure that its exit code agrees."""
    done = subprocess.run([ROOT / "script" / script, root], capture_output=True, text=True, check=False)
    assert done.stderr == "", done.stderr
    return done.returncode, done.stdout.splitlines()


class PlantedFaults(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = pathlib.Path(temporary.name)
        for name, text in CLEAN.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def expect_fault(self, script, start, *words):
        """Exactly one line, which begins with file:line and contains the words."""
        code, lines = run(script, self.root)
        self.assertEqual(code, 1)
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith(start), lines[0])
        for word in words:
            self.assertIn(word, lines[0])

    def test_the_small_tree_itself_has_no_fault(self):
        self.assertEqual(run("lint-layers", self.root), (0, []))
        self.assertEqual(run("lint-files", self.root), (0, []))

    def test_an_upward_include_is_caught(self):
        self.write("src/base/check.h", SPDX + '#include <fmt/format.h>\n#include "nn/dense.h"\n')
        self.expect_fault("lint-layers", "src/base/check.h:3: ", "layer base", "layer nn", "nothing else")

    def test_a_sibling_include_is_caught(self):
        self.write("src/tape/tape.h", SPDX + '#include "linalg/gemm.h"\n')
        self.expect_fault("lint-layers", "src/tape/tape.h:2: ", "layer tape", "layer linalg")

    def test_an_upward_include_in_angle_brackets_is_caught(self):
        self.write("src/base/check.h", SPDX + "#  include <nn/dense.h>\n")
        self.expect_fault("lint-layers", "src/base/check.h:2: ", "layer nn")

    def test_a_public_header_of_a_higher_layer_is_caught(self):
        self.write("src/linalg/gemm.h", SPDX + '#include "bprop/network.h"\n')
        self.expect_fault("lint-layers", "src/linalg/gemm.h:2: ", "layer linalg", "layer nn")

    def test_inside_the_library_nobody_includes_the_umbrella(self):
        self.write("src/nn/dense.cpp", SPDX + '#include "bprop/bprop.h"\n')
        self.expect_fault("lint-layers", "src/nn/dense.cpp:2: ", "layer nn")

    def test_an_include_without_its_layer_is_caught(self):
        self.write("src/linalg/gemm.cpp", SPDX + '#include "gemm.h"\n')
        self.expect_fault("lint-layers", "src/linalg/gemm.cpp:2: ", '"gemm.h" is no header of ours')

    def test_a_fault_in_a_folder_inside_a_layer_is_caught(self):
        self.write("src/tape/print/latex.cpp", SPDX + '#include "tape/tape.h"\n#include "nn/dense.h"\n')
        self.expect_fault("lint-layers", "src/tape/print/latex.cpp:3: ", "layer tape", "layer nn")

    def test_a_public_header_that_includes_a_higher_layer_is_caught(self):
        self.write("include/bprop/error.h", SPDX + '#include "bprop/network.h"\n')
        self.expect_fault("lint-layers", "include/bprop/error.h:2: ", "layer base", "layer nn")

    def test_a_public_header_that_includes_an_internal_one_is_caught(self):
        self.write("include/bprop/network.h", SPDX + '#include "linalg/gemm.h"\n')
        self.expect_fault("lint-layers", "include/bprop/network.h:2: ", "not linalg/gemm.h")

    def test_a_public_header_that_includes_a_dependency_is_caught(self):
        self.write("include/bprop/error.h", SPDX + "#include <fmt/format.h>\n")
        self.expect_fault("lint-layers", "include/bprop/error.h:2: ", "not fmt/format.h")

    def test_a_public_header_that_no_layer_lists_is_caught(self):
        self.write("include/bprop/stray.h", SPDX)
        self.expect_fault("lint-layers", "include/bprop/stray.h:1: ", "bprop_public_headers")

    def test_a_listed_header_that_does_not_exist_is_caught(self):
        self.write("src/tape/CMakeLists.txt", "# SPDX-License-Identifier: Apache-2.0\n\nbprop_public_headers(tape.h)\n")
        self.expect_fault("lint-layers", "src/tape/CMakeLists.txt:3: ", "no include/bprop/tape.h")

    def test_a_header_listed_by_two_layers_is_caught(self):
        self.write("src/tape/CMakeLists.txt", "# SPDX-License-Identifier: Apache-2.0\nbprop_public_headers(error.h)\n")
        code, lines = run("lint-layers", self.root)
        self.assertEqual(code, 1)
        self.assertIn("src/tape/CMakeLists.txt:2: error.h is listed by base already", lines)

    def test_a_front_end_that_looks_inside_is_caught(self):
        self.write("cli/verbs.h", SPDX + '#include "nn/dense.h"\n')
        self.expect_fault("lint-layers", "cli/verbs.h:2: ", "cli may include public headers only", "layer nn")

    def test_a_front_end_that_goes_round_by_a_path_is_caught(self):
        self.write("cli/verbs.h", SPDX + '#include "../src/linalg/gemm.h"\n')
        self.expect_fault("lint-layers", "cli/verbs.h:2: ", "../src/linalg/gemm.h")
        self.write("cli/verbs.h", SPDX + '#include "src/linalg/gemm.h"\n')
        self.expect_fault("lint-layers", "cli/verbs.h:2: ", "src/linalg/gemm.h")

    def test_layers_that_would_form_a_circle_are_caught(self):
        self.write("src/LAYERS", CLEAN["src/LAYERS"].replace("linalg base\n", "linalg base nn\n"))
        self.expect_fault("lint-layers", "src/LAYERS:3: ", "names nn, which no line above declares")

    def test_a_folder_without_a_layer_is_caught(self):
        self.write("src/extra/README.md", "Not declared.\n")
        self.expect_fault("lint-layers", "src/LAYERS:1: ", "src/extra")

    def test_a_file_of_501_lines_is_caught_and_one_of_500_is_not(self):
        self.write("src/nn/dense.cpp", SPDX + "\n" * 499)
        code, lines = run("lint-files", self.root)
        self.assertEqual((code, lines), (0, ["src/nn/dense.cpp has 500 lines: is it still one thing?"]))
        self.write("src/nn/dense.cpp", SPDX + "\n" * 500)
        self.expect_fault("lint-files", "src/nn/dense.cpp:501: ", "501 lines")

    def test_a_source_without_licence_line_is_caught(self):
        self.write("cli/verbs.h", "\n\n\n" + SPDX)
        self.expect_fault("lint-files", "cli/verbs.h:1: ", "SPDX")

    def test_a_script_without_licence_line_is_caught(self):
        self.write("script/run", "#!/bin/sh\n")
        (self.root / "script/run").chmod(0o755)
        self.expect_fault("lint-files", "script/run:1: ", "SPDX")

    def test_a_missing_readme_is_caught(self):
        (self.root / "src/tape/README.md").unlink()
        self.expect_fault("lint-files", "src/tape/README.md:1: missing")

    def test_a_readme_of_16_lines_is_caught(self):
        self.write("src/tape/README.md", "A line.\n" * 16)
        self.expect_fault("lint-files", "src/tape/README.md:16: 16 lines")

    def test_what_only_a_neighbours_include_brings_is_caught(self):
        self.write("src/linalg/gemm.h", SPDX + "int column_sum(int columns);\nstruct PanelShape {\n  int rows;\n};\n")
        self.write("src/nn/dense.cpp", SPDX + '#include "tape/tape.h"\n\nint sum() { return column_sum(2); }\n')
        self.expect_fault("lint-includes", "src/nn/dense.cpp:4: ", "column_sum", "src/linalg/gemm.h")
        self.write("src/nn/dense.cpp", SPDX + '#include "tape/tape.h"\n\nint rows(const PanelShape& of);\n')
        self.expect_fault("lint-includes", "src/nn/dense.cpp:4: ", "PanelShape", "src/linalg/gemm.h")

    def test_what_comes_through_another_header_or_is_the_files_own_is_none(self):
        self.write("src/linalg/gemm.h", SPDX + "int column_sum(int columns);\n")
        self.write("src/tape/tape.h", SPDX + '#include "linalg/gemm.h"\n')
        self.write("src/nn/dense.cpp", SPDX + '#include "tape/tape.h"\n\nint sum() { return column_sum(2); }\n')
        self.write("src/linalg/gemm.cpp", SPDX + "\n// column_sum\nint column_sum(int columns) { return columns; }\n")
        self.assertEqual(run("lint-includes", self.root), (0, []))


class RealTree(unittest.TestCase):
    def test_an_upward_include_planted_in_a_copy_of_the_real_tree_is_the_one_new_fault(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name in ("src", "include", "cli", "examples"):
                shutil.copytree(ROOT / name, root / name)
            _, before = run("lint-layers", root)
            (root / "src/base/planted.cpp").write_text(SPDX + '\n#include "train/planted.h"\n', encoding="utf-8")
            code, after = run("lint-layers", root)
            self.assertEqual(code, 1)
            new = [line for line in after if line not in before]
            self.assertEqual(len(new), 1, new)
            self.assertTrue(new[0].startswith("src/base/planted.cpp:3: layer base may not include"), new[0])


if __name__ == "__main__":
    unittest.main()
