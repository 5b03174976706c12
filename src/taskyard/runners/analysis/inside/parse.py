"""Runs inside the sandbox: parses each Python file, and survives those that kill the parser.

Run as `python -I parse.py ROOT OUTPUT`, with the files' names on standard input, one a line. A
worker process takes them one by one; when it dies, the file it was at is named, and another worker
goes on with the next. One JSON object a line: `file`, and either `facts`, `error` or `crash`.
"""

import ast
import json
import os
import signal
import sys
import warnings
from typing import NoReturn, TextIO

#: A parser this long at one file of at most a mebibyte is not coming back.
FILE_SECONDS = 10

Answer = dict[str, object]


def main(root: str, output: str) -> None:
    """Parse all files named on standard input."""
    names = sys.stdin.read().splitlines()
    with open(output, "w", encoding="utf-8") as out:  # noqa: PTH123
        done = 0
        while done < len(names):
            done = _with_worker(root, names, done, out)


def _with_worker(root: str, names: list[str], first: int, out: TextIO) -> int:
    """Let one worker go as far as it gets; return the number of the next file."""
    receive, send = os.pipe()
    out.flush()
    pid = os.fork()
    if pid == 0:
        os.close(receive)
        _work(root, names[first:], send)
    os.close(send)
    with os.fdopen(receive, encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):
                out.write(line)
                first += 1
    _, status = os.waitpid(pid, 0)
    if first < len(names):
        out.write(json.dumps({"file": names[first], "crash": _cause(status)}) + "\n")
        first += 1
    return first


def _cause(status: int) -> str:
    if not os.WIFSIGNALED(status):
        return "the parser gave up"
    number = os.WTERMSIG(status)
    if number == signal.SIGALRM:
        return f"the parser took more than {FILE_SECONDS} s"
    return f"the parser died of {signal.Signals(number).name}"


def _work(root: str, names: list[str], send: int) -> NoReturn:
    warnings.simplefilter("ignore")
    try:
        with os.fdopen(send, "w", encoding="utf-8") as out:
            for name in names:
                signal.alarm(FILE_SECONDS)
                print(json.dumps({"file": name, **_parse(f"{root}/{name}")}), file=out, flush=True)
        os._exit(0)
    finally:
        os._exit(1)


def _parse(path: str) -> Answer:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        text = file.read()
    try:
        return {"facts": _facts(ast.parse(text), text)}
    except SyntaxError as problem:
        return {"error": _error(problem.msg, problem.lineno, problem.offset, text)}
    except ValueError as problem:
        return {"error": _error(str(problem), None, None, text)}
    except (RecursionError, MemoryError):
        return {"crash": "nested too deeply for Python itself"}


def _error(message: str, line: int | None, column: int | None, text: str) -> Answer:
    lines = [one.strip() for one in text.split("\n")]
    ncloc = sum(bool(one) and not one.startswith("#") for one in lines)
    return {"message": str(message)[:300], "line": line, "column": column, "ncloc": ncloc}


def _facts(tree: ast.Module, text: str) -> Answer:
    docstrings: set[int] = set()
    strings: set[int] = set()
    functions = annotated = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            if isinstance(node.value.value, str):
                docstrings.update(_lines(node))
        elif isinstance(node, ast.Constant | ast.JoinedStr):
            strings.update(_lines(node))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            functions += 1
            annotated += _annotated(node)
    ncloc = 0
    for number, line in enumerate(text.split("\n"), 1):
        code = line.strip()
        comment = code.startswith("#") and number not in strings
        ncloc += bool(code) and not comment and number not in docstrings
    return {"ncloc": ncloc, "functions": functions, "annotated": annotated}


def _lines(node: ast.expr | ast.stmt) -> range:
    """Return the lines of a node of several; a comment cannot hide in one of a single line."""
    last = node.end_lineno or node.lineno
    several = last > node.lineno or isinstance(node, ast.Expr)
    return range(node.lineno, last + 1) if several else range(0)


def _annotated(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = node.args
    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    if given and given[0].arg in {"self", "cls"}:
        given = given[1:]
    given += [one for one in (arguments.vararg, arguments.kwarg) if one]
    # PEP 484: an __init__ with an annotated argument may leave out that it returns nothing.
    returns = node.returns is not None or (node.name == "__init__" and bool(given))
    return returns and all(one.annotation is not None for one in given)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
