"""Runs inside the sandbox, by each_file.py: Python's own parser.

Gives `facts` of a file that parses, else `error`.
"""

import ast

WHO = "the parser"

Answer = dict[str, object]


def look(root: str, name: str) -> Answer:
    """Parse a file."""
    with open(f"{root}/{name}", encoding="utf-8") as file:  # noqa: PTH123
        text = file.read()
    try:
        return {"facts": _facts(ast.parse(text), text)}
    except SyntaxError as problem:
        return {"error": _error(problem.msg, problem.lineno, problem.offset, text)}
    except ValueError as problem:
        return {"error": _error(str(problem), None, None, text)}


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
