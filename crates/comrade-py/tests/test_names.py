"""Of two tests of one name in a file only the second runs."""

import ast
from collections import Counter
from pathlib import Path


def test_no_test_hides_another():
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        tree = ast.parse(file.read_text())
        for scope in [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]:
            names = Counter(node.name for node in scope.body if isinstance(node, (ast.FunctionDef, ast.ClassDef)))
            assert not [name for name, count in names.items() if count > 1], file
