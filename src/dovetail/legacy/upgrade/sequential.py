"""How a Sequential begins: with a Merge of other models, or with the size of its batches."""

from typing import Any

import libcst as cst

from .calls import source as text_of


def open_merges(module: cst.Module, notes: list[tuple[int, str]]) -> cst.Module:
    """The module with Sequential models that begin with a Merge drawn as graphs."""
    return module.visit(_Opener(notes))


def inputs_first(module: cst.Module, needed: set[tuple[str, str]]) -> cst.Module:
    """The module with every `batch_input_shape` of a layer as an Input before it.

    Args:
        needed: (module, name) that the new source uses, added to.
    """
    rewriter = _InputsFirst()
    module = module.visit(rewriter)
    if rewriter.is_used:
        needed.add(("keras", ""))
    return module


class _InputsFirst(cst.CSTTransformer):
    is_used = False

    def _apart(self, node: Any) -> tuple[Any, str | None]:
        """A call of a layer without `batch_input_shape`, and the Input that says it."""
        if not isinstance(node, cst.Call):
            return node, None
        shape = next((arg for arg in node.args if arg.keyword and arg.keyword.value == "batch_input_shape"), None)
        if shape is None:
            return node, None
        self.is_used = True
        args = [arg for arg in node.args if arg is not shape]
        if args:
            args[-1] = args[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return node.with_changes(args=args), f"keras.Input(batch_shape={text_of(shape.value)})"

    def leave_SimpleStatementLine(self, original_node: Any, updated_node: Any) -> Any:
        names = _owner(updated_node) if len(updated_node.body) == 1 else []
        if not names:
            return updated_node
        call = updated_node.body[0].value
        layer, first = self._apart(call.args[0].value) if len(call.args) == 1 else (None, None)
        if first is None:
            return updated_node
        added = call.with_changes(args=[call.args[0].with_changes(value=layer)])
        rest = updated_node.with_changes(body=[updated_node.body[0].with_changes(value=added)], leading_lines=[])
        before = _with_text(updated_node, f"{names[0]}.add({first})")
        return cst.FlattenSentinel([before.with_changes(trailing_whitespace=cst.TrailingWhitespace()), rest])

    def leave_List(self, original_node: cst.List, updated_node: cst.List) -> cst.List:
        elements = list(updated_node.elements)
        layer, first = self._apart(elements[0].value) if elements else (None, None)
        if first is None:
            return updated_node
        comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        head = [cst.Element(cst.parse_expression(first), comma=comma), elements[0].with_changes(value=layer)]
        return updated_node.with_changes(elements=[*head, *elements[1:]])

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        """A layer that is called on a tensor has its shape from there."""
        return updated_node.with_changes(func=self._apart(updated_node.func)[0])


class _Opener(cst.CSTTransformer):
    def __init__(self, notes: list[tuple[int, str]]):
        super().__init__()
        self.notes = notes

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        return updated_node.with_changes(body=self._opened(list(updated_node.body)))

    def leave_IndentedBlock(self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock) -> Any:
        return updated_node.with_changes(body=self._opened(list(updated_node.body)))

    def _opened(self, lines: list[Any]) -> list[Any]:
        """The statements of one block, with every model that begins with a Merge in them opened."""
        if any(_branches(_added(part, name)) for line in lines for part in _apart(line) for name in _owner(part)):
            lines = [part for line in lines for part in _apart(line)]
        for start, line in enumerate(lines):
            name = _made_empty(line)
            if name is None:
                continue
            first = next((i for i in range(start + 1, len(lines)) if _added(lines[i], name) is not None), None)
            merge = _added(lines[first], name) if first is not None else None
            branches = _branches(merge)
            if first is None or branches is None or any(_mentions(lines[i], name) for i in range(start + 1, first)):
                continue
            return self._opened(_functional(lines, start, first, name, merge, branches))
        return lines


def _functional(lines: list[Any], start: int, first: int, name: str, merge: Any, branches: list[str]) -> list[Any]:
    """The same statements, with `name` drawn as a graph of the branches' outputs."""
    value = f"{name}_output"
    rest = ", ".join(text_of(arg).rstrip(", ") for arg in merge.args[1:])
    outputs = ", ".join(f"{branch}.outputs[0]" for branch in branches)
    new = [_with_text(lines[first], f"{value} = Merge({rest})([{outputs}])")]
    end = first + 1
    while end < len(lines) and (_added(lines[end], name) is not None or not _mentions(lines[end], name)):
        added = _added(lines[end], name)
        if added is not None:
            new.append(_with_text(lines[end], f"{value} = {text_of(added)}({value})"))
        else:
            new.append(lines[end])
        end += 1
    inputs = f"[{', '.join(f'*{branch}.inputs' for branch in branches)}]"
    if any(_made_of(branch, lines[:start]) for branch in branches):  # branches of branches may have an input in common
        inputs = f"list(dict.fromkeys({inputs}))"
    model = cst.parse_statement(f"{name} = keras.models.Model(inputs={inputs}, outputs={value})\n")
    last = max((i for i, line in enumerate(new) if value in text_of(line)), default=0)
    new.insert(last + 1, model)
    before = lines[start]
    opened = new[0].with_changes(leading_lines=[*before.leading_lines, *new[0].leading_lines])
    return [*lines[:start], *lines[start + 1 : first], opened, *new[1:], *lines[end:]]


def _apart(line: Any) -> list[Any]:
    """`a; b` as two statements."""
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) < 2:
        return [line]
    bodies = [statement.with_changes(semicolon=cst.MaybeSentinel.DEFAULT) for statement in line.body]
    first = line.with_changes(body=[bodies[0]], trailing_whitespace=cst.TrailingWhitespace())
    return [first, *(cst.SimpleStatementLine([body]) for body in bodies[1:])]


def _owner(line: Any) -> list[str]:
    """The `model` in `model.add(...)`."""
    if isinstance(line, cst.SimpleStatementLine) and isinstance(line.body[0], cst.Expr):
        call = line.body[0].value
        if isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute) and call.func.attr.value == "add":
            return [text_of(call.func.value)]
    return []


def _made_of(name: str, lines: list[Any]) -> bool:
    """Whether a model was made by joining others."""
    return any(text_of(line).strip().startswith(f"{name} = keras.models.Model(") for line in lines)


def _with_text(line: Any, text: str) -> Any:
    statement = cst.parse_statement(text + "\n")
    return line.with_changes(body=statement.body)  # type: ignore[union-attr]


def _made_empty(line: Any) -> str | None:
    """The name in `name = Sequential()`."""
    if not (isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 and isinstance(line.body[0], cst.Assign)):
        return None
    assign = line.body[0]
    call = assign.value
    is_call = isinstance(call, cst.Call) and not call.args and text_of(call.func).split(".")[-1] == "Sequential"
    return text_of(assign.targets[0].target) if is_call and len(assign.targets) == 1 else None


def _added(line: Any, name: str) -> Any:
    """The layer in `name.add(layer)`."""
    if not (isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 and isinstance(line.body[0], cst.Expr)):
        return None
    call = line.body[0].value
    if isinstance(call, cst.Call) and text_of(call.func) == f"{name}.add" and len(call.args) == 1:
        return call.args[0].value
    return None


def _branches(merge: Any) -> list[str] | None:
    """The names of the models in `Merge([left, right], ...)`."""
    if not (isinstance(merge, cst.Call) and text_of(merge.func).split(".")[-1] == "Merge" and merge.args):
        return None
    first = merge.args[0]
    if first.keyword is not None and first.keyword.value != "layers":
        return None
    if not isinstance(first.value, (cst.List, cst.Tuple)):
        return None
    names = [element.value for element in first.value.elements]
    return [text_of(n) for n in names] if all(isinstance(n, (cst.Name, cst.Attribute)) for n in names) else None


def _mentions(line: Any, name: str) -> bool:
    """Whether a statement has to do with `name`."""
    finder = _Finder(name)
    line.visit(finder)
    return finder.found


class _Finder(cst.CSTVisitor):
    def __init__(self, name: str):
        super().__init__()
        self.name, self.found = name, False

    def visit_Name(self, node: cst.Name) -> None:
        self.found |= node.value == self.name.split(".")[-1]
