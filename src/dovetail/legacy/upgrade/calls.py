"""Rewriting one call: arguments as they were given become those of today, with the old defaults written out."""

import ast
import inspect
from typing import Any

import libcst as cst

from ... import layers, optimizers
from .. import changes
from ..arguments import Signatures
from ..layers import layer
from ..listing import UNKNOWN, find
from ..releases import Release
from .helpers import OLD_HARD_SIGMOID
from .tables import INITIALIZERS

# arguments that say how a release computed, or what is found out by itself today
WITHOUT_EFFECT = ("implementation", "input_dtype", "name_scope")

TIGHT = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))  # no spaces around `=`


def source(node: cst.CSTNode) -> str:
    """The text of a node."""
    return cst.Module([]).code_for_node(node)


def expression(text: str) -> cst.BaseExpression:
    return cst.parse_expression(text)


def literal(node: cst.BaseExpression) -> Any:
    """The value of a literal; UNKNOWN for anything else."""
    try:
        return ast.literal_eval(source(node))
    except (ValueError, SyntaxError):
        return UNKNOWN


def keyword(name: str, value: cst.BaseExpression) -> cst.Arg:
    return cst.Arg(value, keyword=cst.Name(name), equal=TIGHT)


def split(call: cst.Call) -> tuple[list[cst.Arg], dict[str, cst.Arg]] | None:
    """Positional and keyword arguments; None where stars hide some."""
    positional = [arg for arg in call.args if arg.keyword is None]
    if any(arg.star for arg in call.args):
        return None
    return positional, {arg.keyword.value: arg for arg in call.args if arg.keyword is not None}


def joined(call: cst.Call, args: list[cst.Arg]) -> cst.Call:
    """The call with other arguments, commas and line breaks kept where the arguments are."""
    given = {id(arg.value): arg for arg in call.args}
    styles = [arg.comma for arg in call.args if isinstance(arg.comma, cst.Comma)]
    between = styles[0] if styles else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    made = []
    for index, arg in enumerate(args):
        old = given.get(id(arg.value))
        comma = old.comma if old is not None and isinstance(old.comma, cst.Comma) else between
        if index < len(args) - 1:
            made.append(arg.with_changes(comma=comma))
            continue
        last = call.args[-1] if call.args else None
        comma = last.comma if last is not None else cst.MaybeSentinel.DEFAULT
        space = last.whitespace_after_arg if last is not None else cst.SimpleWhitespace("")
        made.append(arg.with_changes(comma=comma, whitespace_after_arg=space))
    return call.with_changes(args=made)


def spaced(args: list[cst.Arg]) -> list[cst.Arg]:
    """Arguments with a comma and a space between them."""
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    return [a.with_changes(comma=comma if i < len(args) - 1 else cst.MaybeSentinel.DEFAULT) for i, a in enumerate(args)]


def differs(old: Any, new: list[cst.Arg]) -> bool:
    """Whether arguments are others than before."""
    return [source(arg).strip().rstrip(",") for arg in old] != [source(arg).strip().rstrip(",") for arg in new]


class LayerCall:
    """A call of a layer's class in a release, as one of today's.

    Attributes:
        notes: what a human has to look at.
        needs_helper: whether the function for the old hard sigmoid is used.
    """

    def __init__(self, name: str, release: Release):
        self.name, self.release = name, release
        self.today = changes.LAYER_NAMES.get(name, name)
        self.notes: list[str] = []
        self.needs_helper = False

    def rewritten(self, call: cst.Call) -> list[cst.Arg] | None:
        """The arguments for today's class; None where they cannot be told."""
        parts = split(call)
        modern = getattr(layers, self.today, None)
        if parts is None or modern is None or not isinstance(modern, type):
            return None
        positional, keywords = parts
        old = layer(self.release, self.name)
        signatures: Signatures | None = getattr(old, "signatures", None) or Signatures(
            self.name, modern, self.release, "keras.layers"
        )
        values = [_stand_in(arg.value) for arg in positional]
        try:
            bound = signatures.bind(tuple(values), {name: _stand_in(arg.value) for name, arg in keywords.items()})
        except TypeError as error:
            self.notes.append(str(error))
            return None
        nodes = {name: _node_of(value) for name, value in bound.items()}
        by_place = [name for name in nodes if name not in keywords]
        given = self._renamed(nodes)
        given |= self._defaults(modern, set(given))
        renamed = [name for name in self._renamed({name: nodes[name] for name in by_place}) if name in given]
        leading = []
        for name in _positional(modern):
            if name not in renamed:
                break
            leading.append(name)
        names = [*leading, *(name for name in given if name not in leading)]
        return [cst.Arg(given[n]) if n in leading else keyword(n, given[n]) for n in names]

    def _renamed(self, nodes: dict[str, cst.BaseExpression]) -> dict[str, cst.BaseExpression]:
        special = changes.OF_LAYER.get(self.today, {})
        nodes = dict(nodes)
        for group, whole in changes.COMBINED.items():
            if all(part in nodes for part in group):
                together = ", ".join(source(nodes.pop(part)) for part in group)
                nodes = {whole: expression(f"({together})"), **nodes} if whole not in nodes else nodes
        if "filters" not in nodes and "nb_filter" in nodes:
            nodes = {"nb_filter": nodes.pop("nb_filter"), **nodes}
        given: dict[str, cst.BaseExpression] = {}
        for old, node in nodes.items():
            new = special[old] if old in special else changes.LAYER_ARGUMENTS.get(old, old)
            if new is None or new in WITHOUT_EFFECT:
                continue
            if self.today == "Embedding" and new == "dropout":
                if literal(node) not in (0, 0.0):
                    self.notes.append("Embedding(dropout=...) has no successor: add a SpatialDropout1D behind it")
                continue
            if self.today == "BatchNormalization" and old == "mode":
                if literal(node) != 0:
                    self.notes.append("BatchNormalization(mode=1 or 2) has no successor: see LayerNormalization")
                continue
            given[new] = self._value(new, node)
        return self._input(given)

    def _input(self, given: dict[str, cst.BaseExpression]) -> dict[str, cst.BaseExpression]:
        """`input_dim` and `input_length` become `input_shape`; Embedding has its own."""
        if self.today == "Embedding":
            length = given.pop("input_length", None)
            if length is not None and "input_shape" not in given:
                given["input_shape"] = expression(f"({source(length)},)")
            return given
        dim, length = given.pop("input_dim", None), given.pop("input_length", None)
        if "input_shape" in given and isinstance(literal(given["input_shape"]), int):
            given["input_shape"] = expression(f"({source(given['input_shape'])},)")
        takes_steps = self.today in ("LSTM", "GRU", "SimpleRNN", "Conv1D") or self.name == "TimeDistributedDense"
        if dim is not None and "input_shape" not in given:
            if length is not None or takes_steps:
                steps = source(length) if length is not None else "None"
                given["input_shape"] = expression(f"({steps}, {source(dim)})")
            else:
                given["input_shape"] = expression(f"({source(dim)},)")
        return given

    def _value(self, name: str, node: cst.BaseExpression) -> cst.BaseExpression:
        value = literal(node)
        if value is UNKNOWN:
            return node
        if name == "data_format" and value in changes.DATA_FORMATS:
            return expression(repr(changes.DATA_FORMATS[value])) if value != "default" else expression("None")
        if name == "unit_forget_bias" and isinstance(value, str):
            return expression(repr(value in changes.ONES))
        if name.endswith("initializer") and value in INITIALIZERS:
            return expression(repr(INITIALIZERS[value]))
        if name.endswith("activation") and value == "hard_sigmoid" and self.release.dialect < 3:
            self.needs_helper = True
            return cst.Name(OLD_HARD_SIGMOID)
        return node

    def _defaults(self, modern: type, given: set[str]) -> dict[str, cst.BaseExpression]:
        """Defaults of the release that are others today, written out."""
        added: dict[str, cst.BaseExpression] = {}
        accepted = _positional(modern)
        if (
            "recurrent_activation" in accepted
            and "recurrent_activation" not in given
            and not self.name.startswith("CuDNN")
            and self.release.gate_activation == "hard_sigmoid"
        ):
            self.needs_helper = True
            added["recurrent_activation"] = cst.Name(OLD_HARD_SIGMOID)
        if self.today == "GRU" and "reset_after" not in given and not self.release.reset_after:
            added["reset_after"] = expression("False")
        return added


def padded(rank: int, arguments: list[cst.Arg]) -> tuple[list[cst.Arg], list[cst.Arg]] | None:
    """The arguments of a ZeroPadding and of a convolution that together do what `padding='full'` did; else None."""
    named = {arg.keyword.value: arg for arg in arguments if arg.keyword is not None}
    if "padding" not in named or literal(named["padding"].value) != "full":
        return None
    size = named["kernel_size"].value if "kernel_size" in named else arguments[1].value
    sides = [element.value for element in size.elements] if isinstance(size, cst.Tuple) else [size] * rank
    texts = [repr(value - 1) if isinstance(value := literal(side), int) else f"{source(side)} - 1" for side in sides]
    before = [cst.Arg(expression(texts[0] if rank == 1 else f"({', '.join(texts)})"))]
    before += [keyword(name, named[name].value) for name in ("input_shape", "batch_input_shape") if name in named]
    before += [keyword("data_format", named["data_format"].value)] if rank > 1 and "data_format" in named else []
    moved = ("padding", "input_shape", "batch_input_shape")
    return before, [arg for arg in arguments if arg.keyword is None or arg.keyword.value not in moved]


def drawn_weight(name: str, call: cst.Call) -> cst.BaseExpression | None:
    """`initializations.normal(shape, scale=s)` as today's initializer, made and called; else None."""
    parts = split(call)
    entry = find(1, name, "keras.initializations")
    if parts is None or entry is None or entry.signature is None or "shape" not in entry.signature.parameters:
        return None
    positional, keywords = parts
    nodes = dict(zip(entry.signature.parameters, (arg.value for arg in positional), strict=False))
    nodes |= {key: arg.value for key, arg in keywords.items()}
    scale = source(nodes.get("scale", expression("0.05")))
    made = {
        "uniform": f"RandomUniform(-({scale}), {scale})" if "scale" in nodes else "RandomUniform()",
        "normal": f"RandomNormal(stddev={scale})" if "scale" in nodes else "RandomNormal()",
        "orthogonal": f"Orthogonal(gain={source(nodes['scale']) if 'scale' in nodes else '1.1'})",
        "identity": f"Identity(gain={scale})" if "scale" in nodes else "Identity()",
    }
    new = made.get(name) or f"get({INITIALIZERS.get(name, name)!r})"
    return expression(f"keras.initializers.{new}({source(nodes['shape'])})")


def optimizer_arguments(name: str, call: cst.Call, release: Release) -> list[cst.Arg] | None:
    """The arguments of an optimizer today, with the release's defaults and its `decay` written out."""
    parts = split(call)
    modern = getattr(optimizers, name, None)
    entry = find(min(release.dialect, 2), name, "keras.optimizers")
    if parts is None or modern is None or entry is None or entry.signature is None:
        return None
    positional, keywords = parts
    names = [n for n in entry.signature.parameters if n != "kwargs"]
    nodes = dict(zip(names, (arg.value for arg in positional), strict=False))
    nodes |= {key: arg.value for key, arg in keywords.items()}
    nodes = {changes.OPTIMIZER_ARGUMENTS.get(key, key): node for key, node in nodes.items()}
    for key, value in different_defaults(name, release).items():
        nodes.setdefault(key, expression(repr(value)))
    decay = nodes.pop("decay", None)
    nodes.pop("schedule_decay", None)
    if decay is not None and literal(decay) not in (0, 0.0, None):
        rate = source(nodes["learning_rate"]) if "learning_rate" in nodes else repr(_default(modern, "learning_rate"))
        schedule = f"keras.optimizers.schedules.InverseTimeDecay({rate}, decay_steps=1, decay_rate={source(decay)})"
        nodes["learning_rate"] = expression(schedule)
    order = ["learning_rate", *(key for key in nodes if key != "learning_rate")]
    return [keyword(key, nodes[key]) for key in order if key in nodes]


def different_defaults(name: str, release: Release) -> dict[str, Any]:
    """The defaults of an optimizer in a release that are others today."""
    entry = find(min(release.dialect, 2), name, "keras.optimizers")
    if entry is None or entry.signature is None or release.is_tensorflow:
        return {}
    modern: Any = getattr(optimizers, name)
    found = {}
    for parameter in entry.signature.parameters.values():
        key = changes.OPTIMIZER_ARGUMENTS.get(parameter.name, parameter.name)
        value = parameter.default
        if value in (inspect.Parameter.empty, UNKNOWN, None) or key in ("decay", "schedule_decay"):
            continue
        if key in inspect.signature(modern.__init__).parameters and _default(modern, key) != value:
            found[key] = value
    if name == "Adagrad":
        found["initial_accumulator_value"] = 0.0
    return found


def _default(cls: Any, name: str) -> Any:
    return inspect.signature(cls.__init__).parameters[name].default


class _StandIn:
    """A value in a source that is only known when it runs."""

    def __init__(self, node: cst.BaseExpression):
        self.node = node


def _stand_in(node: cst.BaseExpression) -> Any:
    """A value to bind by: literals as they are, so that sizes and names can be told apart."""
    value = literal(node)
    kinds: dict[type, type] = {int: _Int, float: _Float, str: _Text, tuple: _Tuple}
    kind = kinds.get(type(value), _StandIn)
    if kind is _StandIn:
        # an expression in the place of a size is a number for all that can be told
        is_number = isinstance(node, (cst.Name, cst.BinaryOperation, cst.Subscript, cst.Attribute))
        made: Any = _Int(1) if is_number else _StandIn(node)
    else:
        made = kind(value)
    made.node = node
    return made


def _node_of(value: Any) -> cst.BaseExpression:
    """The expression of a value that was bound: as it stood, or a release's default."""
    if hasattr(value, "node"):
        return value.node
    if isinstance(value, tuple) and any(hasattr(part, "node") for part in value):
        return expression(f"({', '.join(source(_node_of(part)) for part in value)}{',' * (len(value) == 1)})")
    return expression(repr(value))


class _Int(int):
    node: cst.BaseExpression


class _Float(float):
    node: cst.BaseExpression


class _Text(str):
    node: cst.BaseExpression


class _Tuple(tuple):
    node: cst.BaseExpression


def _positional(cls: type) -> list[str]:
    return [p for p in inspect.signature(cls.__init__).parameters if p not in ("self", "kwargs")]


__all__ = ["LayerCall", "optimizer_arguments"]
