"""House rules that no linter knows: sizes, imports, the environment, and words that do not belong in the project."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILE_MAX = 400
FUNCTION_MAX = 60
FUNCTION_USUAL = 40
USUAL_SHARE = 0.9
READS_ENVIRONMENT = {
    "src/publicist/kit/settings.py",
    "src/publicist/cli/demo.py",
    "src/publicist/cli/sandbox_process.py",
}
"""Settings, and the two places that pass the environment on to a child process."""
GRAPHSIM_ENVIRONMENT = "src/graphsim/"
FOREIGN_WORDS = re.compile("|".join(("/wo" + "rk/", "pythonho" + "sted", "pypi." + "org", "registry.npm" + "js")))
TASK = re.compile(r"\b(TODO|FIXME|XXX)\b(?!.*#\d)")
TEXT = {".py", ".md", ".sh", ".toml", ".html", ".css", ".json", ".lock", ".env", ".cfg", ""}


def tracked() -> list[Path]:
    """The files of the project, new ones included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def python_faults(path: Path, name: str) -> Iterator[str]:
    """Sizes, hidden imports and reads of the environment in one file."""
    text = path.read_text()
    if text.count("\n") > FILE_MAX:
        yield f"{name}: {text.count(chr(10))} lines; at most {FILE_MAX}"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from function_faults(node, name)
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv") and name.startswith("src/"):
            known = name in READS_ENVIRONMENT or name.startswith(GRAPHSIM_ENVIRONMENT)
            if isinstance(node.value, ast.Name) and node.value.id == "os" and not known:
                yield f"{name}:{node.lineno}: reads the environment; only kit/settings.py may"


def function_faults(node: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> Iterator[str]:
    """Length, and imports inside."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if lines > FUNCTION_MAX:
        yield f"{name}:{node.lineno}: {node.name} has {lines} lines; at most {FUNCTION_MAX}"
    for inner in ast.walk(node):
        if isinstance(inner, ast.Import | ast.ImportFrom):
            yield f"{name}:{inner.lineno}: import inside {node.name}"


def long_functions(paths: list[Path]) -> Iterator[str]:
    """Nine functions in ten are short."""
    lengths = [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for path in paths
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    share = sum(length <= FUNCTION_USUAL for length in lengths) / max(len(lengths), 1)
    if share < USUAL_SHARE:
        yield f"only {share:.0%} of {len(lengths)} functions have at most {FUNCTION_USUAL} lines"


def word_faults(path: Path, name: str) -> Iterator[str]:
    """Places of one machine, addresses of package indexes, and tasks without an issue number."""
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        if FOREIGN_WORDS.search(line):
            yield f"{name}:{number}: names a machine path or a package index"
        if TASK.search(line) and path.suffix == ".py" and path.name != "house_rules.py":
            yield f"{name}:{number}: a task without an issue number"


def main() -> int:
    """Print every fault."""
    files = [path for path in tracked() if path.suffix in TEXT]
    source = [path for path in files if path.suffix == ".py"]
    faults = list(long_functions([path for path in source if "src" in path.relative_to(ROOT).parts]))
    for path in files:
        name = str(path.relative_to(ROOT))
        faults += list(word_faults(path, name))
        if path.suffix == ".py" and "migrations/versions" not in name:
            faults += list(python_faults(path, name))
    print("\n".join(faults) or f"{len(source)} Python files keep the house rules")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
