"""What the package promises apart from computing: types, docstrings, and the examples in its pages."""

import ast
import doctest
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import comrade
from comrade import _comrade

HERE = Path(comrade.__file__).parent
TOP = Path(__file__).parents[3]


def test_the_stubs_are_of_this_module():
    body = ast.parse((HERE / "_comrade.pyi").read_text()).body
    stubs = {node.name: node for node in body if hasattr(node, "name")}
    values = {node.target.id for node in body if isinstance(node, ast.AnnAssign)}
    public = {name: value for name, value in vars(_comrade).items() if name not in values and not name.startswith("_")}
    assert values <= vars(_comrade).keys()
    assert public.keys() <= stubs.keys()
    for name, value in public.items():
        stub = stubs[name]
        if isinstance(stub, ast.FunctionDef):
            assert [a.arg for a in stub.args.args] == list(inspect.signature(value).parameters)
            continue
        functions = {node.name: node for node in stub.body if isinstance(node, ast.FunctionDef)}
        if issubclass(value, Exception):
            continue
        members = {member for member in vars(value) if not member.startswith("_")}
        assert members == functions.keys() - {"__init__"}, name
        for member in members | {"__init__"}:
            node = functions[member]
            if any(getattr(d, "id", getattr(d, "attr", "")) in ("property", "setter") for d in node.decorator_list):
                continue
            real = inspect.signature(value if member == "__init__" else getattr(value, member))
            arguments = [a.arg for a in node.args.args + node.args.kwonlyargs if a.arg != "self"]
            assert arguments == [p for p in real.parameters if p != "self"], f"{name}.{member}"


def test_the_estimator_stops_where_the_center_does():
    center, ours = inspect.signature(comrade.Center).parameters, inspect.signature(comrade.LogisticRegression).parameters
    for name in ("tol", "max_rounds"):
        assert center[name].default == ours[name].default, name


def test_everything_public_says_what_it_is():
    for name in comrade.__all__:
        if name == "__version__":
            continue
        value = getattr(comrade, name)
        assert inspect.getdoc(value), name
        for member, held in vars(value).items() if inspect.isclass(value) else ():
            if not member.startswith("_") and (callable(held) or inspect.isdatadescriptor(held)):
                assert inspect.getdoc(held), f"{name}.{member}"


def test_the_examples_of_the_docstrings():
    for module in (comrade._estimator, comrade._problem):
        assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0


@pytest.mark.parametrize("page", [TOP / "README.md", TOP / "crates/comrade-py/README.md"], ids=["project", "package"])
def test_the_examples_of_the_pages_run(page, tmp_path):
    """Every example that starts with an import, in one process each; those on other machines aside."""
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
    blocks = [block for block in blocks if block.startswith(("import", "from")) and "HOST" not in block]
    assert blocks
    for block in blocks:
        done = subprocess.run([sys.executable, "-c", block], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{block}\n{done.stderr}"


def test_a_worker_needs_no_scikit_learn():
    code = "import sys, comrade; comrade.Worker; assert 'sklearn' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
