"""Rewriting a whole script: names, calls and imports."""

import re
from dataclasses import dataclass, field
from typing import Any

import libcst as cst
from libcst import metadata

from ... import layers, optimizers
from ...engine.layer import Layer
from .. import changes, python2
from ..backend.arrays import MATMUL_RELEASES
from ..listing import UNKNOWN
from ..recognition import declared, recognize
from ..releases import Release, find_release, note_earliest
from .calls import (
    TIGHT,
    LayerCall,
    differs,
    drawn_weight,
    expression,
    joined,
    keyword,
    literal,
    optimizer_arguments,
    padded,
    spaced,
    split,
)
from .calls import source as text_of
from .helpers import HELPERS, OLD_HARD_SIGMOID
from .imports import is_import, rewrite_imports
from .methods import Methods
from .names import today_path
from .numpy_names import NumpyNames
from .sequential import inputs_first, open_merges
from .tables import (
    BACKEND,
    FIRST_BACKEND,
    KEYWORDS,
    MERGES,
    METHODS,
    WITHOUT_SUCCESSOR,
)
from .tensorflow import TensorflowFunctions

OLD_SHAPE = "get_output_shape_for"

CHANNELS_FIRST = 'keras.config.set_image_data_format("channels_first")\n'

DECLARATION = "# Written for Keras 3 (from Keras {version}, by `dovetail upgrade`).\n"


@dataclass
class Upgrade:
    """A rewritten script.

    Args:
        source: the new text.
        release: that the old one was written for.
        notes: (line, text) of what a human has to look at.
        changed: whether anything differs.
    """

    source: str
    release: Release
    notes: list[tuple[int, str]] = field(default_factory=list)
    changed: bool = False


def upgrade_source(source: str, path: str = "script.py", release: Any = None) -> Upgrade:
    """The script in today's words, formatting and comments kept.

    Args:
        source: of the script, in Python 3 or 2.
        path: for messages.
        release: that it was written for; None tells it from the source.

    Raises:
        SyntaxError: it is neither Python 3 nor 2.
    """
    note_earliest(False)
    tree, was_python2 = python2.parse(source, path)
    found = recognize(tree)
    spoken = (declared(source) or found.release) if release is None else find_release(release)
    if spoken.dialect == 3:
        return Upgrade(source, spoken)
    text = python2.translated(source, path) if was_python2 else source
    result = Upgrade(text, spoken)
    if was_python2:
        result.notes.append((1, "the script was Python 2: integers are divided by `//` there, look at every `/`"))
    module = cst.parse_module(text)
    module = open_merges(module, result.notes)
    wrapper = metadata.MetadataWrapper(module)
    rewriter = _Rewriter(spoken, module.code, result.notes)
    rewriter.was_python2 = was_python2
    module = inputs_first(wrapper.visit(rewriter), rewriter.needed)
    if OLD_HARD_SIGMOID in rewriter.helpers or found.channels_first:
        rewriter.needed.add(("keras", ""))
    module = rewrite_imports(module, rewriter.needed, result.notes)
    if found.channels_first:
        module = _behind_imports(module, CHANNELS_FIRST)
    for helper in sorted(rewriter.helpers):
        module = _behind_imports(module, HELPERS[helper])
    result.source = module.code
    if result.source != text:
        result.source = _declared(result.source, spoken)
    result.notes = sorted(set(result.notes))
    result.changed = result.source != source
    return result


def _declared(source: str, release: Release) -> str:
    """The source with a line that says what it is written for, behind those that must come first."""
    lines = source.splitlines(keepends=True)
    first = next((i for i, line in enumerate(lines[:2]) if not re.match(r"#!|#.*coding[:=]", line)), min(2, len(lines)))
    return "".join([*lines[:first], DECLARATION.format(version=release.version), *lines[first:]])


class _Rewriter(Methods, TensorflowFunctions, NumpyNames):
    """Rewrites every use of a name that has changed."""

    # -- calls

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        is_named = isinstance(original_node.func, (cst.Name, cst.Attribute))
        path = self._path(original_node.func) if is_named else None
        if path is None:
            made = self._of_tensorflow(original_node, updated_node) if is_named else updated_node
            return made if made is not updated_node else self._method(original_node, updated_node)
        name = path.rpartition(".")[2]
        if path.startswith("keras.backend."):
            return self._backend(name, original_node, updated_node)
        if name in ("Merge", "merge") and _is_layer_module(path):
            return self._merge(name, original_node, updated_node)
        if name == "Graph":
            self._note(original_node, "Graph has no successor but under `dovetail run`: write Model(inputs, outputs)")
            return updated_node
        if name in ("Model", "Sequential"):
            return self._with_keywords("keras.models.Model", updated_node)
        if name in WITHOUT_SUCCESSOR and _is_layer_module(path):
            self._note(original_node, f"{name} has no successor: use {WITHOUT_SUCCESSOR[name]}")
            return updated_node
        if _is_layer_module(path) and _is_layer(name):
            return self._layer(name, original_node, updated_node)
        if path.startswith("keras.optimizers.") and isinstance(getattr(optimizers, name, None), type):
            arguments = optimizer_arguments(name, updated_node, self.release)
            if arguments is not None:
                if any("keras." in text_of(a) for a in arguments):
                    self.needed.add(("keras", ""))
                return joined(updated_node, arguments)
            return updated_node
        if path.startswith("keras.initializations.") and (drawn := drawn_weight(name, updated_node)) is not None:
            self.needed.add(("keras", ""))
            return drawn
        if name == "ModelCheckpoint":
            return self._checkpoint(original_node, updated_node)
        made = self._model_file(updated_node) if name == "load_model" else updated_node
        return self._with_keywords(today_path(path) or path, made)

    def _layer(self, name: str, original: cst.Call, call: cst.Call) -> cst.BaseExpression:
        rewritten = LayerCall(name, self.release)
        try:
            arguments = rewritten.rewritten(call)
        except AttributeError:
            arguments = None
        for note in rewritten.notes:
            self._note(original, note)
        if arguments is None:
            if not rewritten.notes:
                self._note(original, f"{name}: the arguments could not be told; compare them with today's")
            return call
        self.helpers |= {OLD_HARD_SIGMOID} if rewritten.needs_helper else set()
        full = padded(int(rewritten.today[4]), arguments) if rewritten.today in ("Conv1D", "Conv2D", "Conv3D") else None
        if full is not None:
            self.needed.add(("keras", ""))
            padding, convolution = (text_of(cst.Call(cst.Name("f"), spaced(args)))[1:] for args in full)
            layer = f"keras.layers.{rewritten.today}"
            text = f"keras.Sequential([keras.layers.ZeroPadding{layer[-2:]}{padding}, {layer}{convolution}])"
            return expression(text)
        made = joined(call, arguments) if differs(call.args, arguments) else call
        if rewritten.today != name:
            made = made.with_changes(func=self._named(original.func, f"keras.layers.{rewritten.today}"))
        return made

    def _merge(self, name: str, original: cst.Call, call: cst.Call) -> cst.BaseExpression:
        """`merge([a, b], mode="sum")` and `Merge(mode="sum")`: the layer of that mode."""
        parts = split(call)
        if parts is None:
            self._note(original, f"{name}: arguments behind stars cannot be told")
            return call
        positional, keywords = parts
        order = ["inputs" if name == "merge" else "layers", "mode", "concat_axis", "dot_axes", "output_shape",
                 "output_mask", "arguments"]  # fmt: skip
        given = dict(zip(order, (arg.value for arg in positional), strict=False))
        given |= {key: arg.value for key, arg in keywords.items()}
        if name == "Merge" and "layers" in given and literal(given["layers"]) in MERGES:
            given["mode"] = given.pop("layers")
        if name == "Merge" and "layers" in given:
            self._note(
                original, "Merge([...]) of models: write Model(inputs, outputs) with a merge layer on their outputs"
            )
            return call
        mode = literal(given["mode"]) if "mode" in given else "sum"
        title = [keyword("name", given["name"])] if "name" in given else []
        if mode in MERGES:
            layer, arguments = MERGES[mode], title
            if mode == "concat" and "concat_axis" in given and literal(given["concat_axis"]) != -1:
                arguments = [keyword("axis", given["concat_axis"]), *title]
            if mode == "dot":
                arguments = [keyword("axes", given.get("dot_axes", expression("-1"))), *title]
        elif mode == "cos":
            self._note(original, "mode='cos' gave (batch, 1, 1) for vectors; Dot(normalize=True) gives (batch, 1)")
            axes = given.get("dot_axes", expression("-1"))
            layer, arguments = "Dot", [keyword("axes", axes), keyword("normalize", expression("True")), *title]
        elif mode is UNKNOWN and not self._is_function(given["mode"]):
            self._note(original, "the mode is only known when the script runs: Merge is taken from dovetail.layers")
            self.needed.add(("dovetail.layers", "Merge"))
            arguments = [keyword(key, given[key]) for key in order[1:] if key in given]
            made = cst.Call(cst.Name("Merge"), spaced([*arguments, *title]))
            return cst.Call(made, [cst.Arg(given["inputs"])]) if name == "merge" else made
        elif mode is UNKNOWN:  # a function of the list of branches
            layer, arguments = "Lambda", [cst.Arg(given["mode"])]
            for key in ("output_shape", "arguments"):
                if key in given:
                    arguments.append(keyword(key, given[key]))
            arguments += title
        else:
            self._note(original, f"no release had the merge mode {mode!r}")
            return call
        func = self._named(original.func, f"keras.layers.{layer}")
        made = cst.Call(func, spaced(arguments))
        return cst.Call(made, [cst.Arg(given["inputs"])]) if name == "merge" else made

    def _is_function(self, node: cst.BaseExpression) -> bool:
        """Whether an expression is a function, for all that the source tells."""
        return isinstance(node, cst.Lambda) or bool(re.search(rf"def {re.escape(text_of(node))}\(", self.code))

    def _backend(self, name: str, original: cst.Call, call: cst.Call) -> cst.BaseExpression:
        known = BACKEND.get(name)
        if name in FIRST_BACKEND and self.release.dialect == 1:
            known = FIRST_BACKEND[name]
        parts = split(call)
        if name == "variable" and self.is_initializer:  # see `leave_Return`
            return call
        if name == "set_value":  # see `leave_Expr`
            return call
        if name in ("zeros", "ones") and self.is_building and self.assigned.startswith("self.") and call.args:
            return self._made_weight(call, expression(repr(name)))
        if name == "batch_dot" and self.release.version in MATMUL_RELEASES:
            product = _matrix_product(parts)
            if product is not None:
                self.needed.add(("keras", "ops"))
                return expression(product)
            self._note(original, "K.batch_dot of more than 3 axes was `ops.matmul` of the last two, turned by `axes`")
        if known is None or parts is None:
            self._note(original, f"K.{name} has no function in keras.ops: it is taken from dovetail.legacy.backend")
            return call
        defaults = {name: value for name, _, value in (part.partition("=") for part in known[0].split())}
        names, pattern = list(defaults), known[1]
        positional, keywords = parts
        given = dict(zip(names, positional, strict=False)) | {_renamed_k(key): arg for key, arg in keywords.items()}
        if any(key not in names for key in given) or len(positional) > len(names):
            self._note(original, f"K.{name} with these arguments is taken from dovetail.legacy.backend")
            return call
        self.needed.add(("keras", "ops") if pattern.startswith("ops.") else ("keras", ""))
        if "(...)" in pattern:
            args = [a.with_changes(keyword=None, equal=cst.MaybeSentinel.DEFAULT) if k in names[:1] else a
                    for k, a in given.items()]  # fmt: skip
            args += [keyword(k, expression(value)) for k, value in defaults.items() if value and k not in given]
            return joined(call, args).with_changes(func=expression(pattern.removesuffix("(...)")))
        values = [text_of(given[key].value) if key in given else defaults[key] or None for key in names]
        if None in values:
            self._note(original, f"K.{name} with these arguments is taken from dovetail.legacy.backend")
            return call
        made = pattern.format(*values)
        self.needed |= {("keras", "")} if "keras." in made else set()
        return expression(made)

    def _with_keywords(self, path: str, call: cst.Call) -> cst.Call:
        """A call whose keywords have other names today."""
        table = KEYWORDS.get(path, {})
        args = [
            arg.with_changes(keyword=cst.Name(table[arg.keyword.value]))
            if arg.keyword is not None and table.get(arg.keyword.value)
            else arg
            for arg in call.args
        ]
        args = [self._monitor(arg) for arg in args if not _is_dropped(arg, table)]
        return joined(call, args) if len(args) < len(call.args) else call.with_changes(args=args)

    def _checkpoint(self, original: cst.Call, call: cst.Call) -> cst.Call:
        """The file of a ModelCheckpoint has the ending of what is in it today."""
        call = self._with_keywords("keras.callbacks.ModelCheckpoint", call)
        weights = any(
            a.keyword and a.keyword.value == "save_weights_only" and literal(a.value) is True for a in call.args
        )
        ending = ".weights.h5" if weights else ".keras"
        period = next((a for a in call.args if a.keyword and a.keyword.value == "period"), None)
        if period is not None:
            call = joined(call, [a for a in call.args if a is not period])
            if literal(period.value) != 1:
                self._note(original, "ModelCheckpoint(period=...): `save_freq` counts batches today, not epochs")
        first = next((a for a in call.args if a.keyword is None or a.keyword.value == "filepath"), None)
        name = literal(first.value) if first is not None else UNKNOWN
        if first is not None and name is UNKNOWN and weights:
            named = self._weights_name(original, first.value)
            return call.with_changes(args=[a.with_changes(value=named) if a is first else a for a in call.args])
        if first is None or not isinstance(name, str):
            self._note(original, f"ModelCheckpoint: the name of the file ends in {ending!r} today")
            return call
        if name.endswith(ending):
            return call
        new = expression(repr(re.sub(r"\.(h5|hdf5|hdf|model)$", "", name) + ending))
        return call.with_changes(args=[a.with_changes(value=new) if a is first else a for a in call.args])

    def _monitor(self, arg: cst.Arg) -> cst.Arg:
        is_name = arg.keyword is not None and arg.keyword.value == "monitor"
        new = self._metric_today(literal(arg.value)) if is_name else None
        return arg if new is None else arg.with_changes(value=expression(repr(new)))

    def _metric_today(self, key: Any) -> str | None:
        """`val_accuracy` for `val_acc`; None for what is called as before, such as a function of the script's own."""
        own = re.findall(r"\bdef\s+(\w*acc)\(", self.code)
        is_short = isinstance(key, str) and re.fullmatch(r"(\w+_)?acc", key)
        if not is_short or any(key in (name, f"val_{name}") or key.endswith(f"_{name}") for name in own):
            return None
        return key.removesuffix("acc") + "accuracy"

    # -- methods

    def _method(self, original: cst.Call, call: cst.Call) -> cst.BaseExpression:
        if not isinstance(call.func, cst.Attribute):
            return call
        name = call.func.attr.value
        if _is_own(call.func.value, {"self"}) and name not in self.own_methods:
            made = self._weight(original, call)
            if made is not call:
                return made
        if name in self.own_methods and _is_own(call.func.value, self.own_objects):
            return call
        if name == "get" and _is_report(call.func.value) and call.args:
            today = self._metric_today(literal(call.args[0].value))
            first = call.args[0].with_changes(value=expression(repr(today))) if today is not None else call.args[0]
            return call.with_changes(args=[first, *call.args[1:]])
        handler = getattr(self, f"_of_{name}", None)
        if handler is not None:
            return handler(original, call)
        if name in ("fit", "evaluate", "predict", "train_on_batch", "test_on_batch", *METHODS):
            return self._training(name, original, call)
        return call

    # -- the rest

    def leave_BinaryOperation(
        self, original_node: cst.BinaryOperation, updated_node: cst.BinaryOperation
    ) -> cst.BinaryOperation:
        """`7 / 2` of Python 2."""
        both = (literal(updated_node.left), literal(updated_node.right))
        if self.was_python2 and isinstance(updated_node.operator, cst.Divide) and all(type(n) is int for n in both):
            return updated_node.with_changes(operator=cst.FloorDivide())
        return updated_node

    def leave_Expr(self, original_node: cst.Expr, updated_node: cst.Expr) -> Any:
        """`K.set_value(model.optimizer.lr, rate)` as a statement."""
        call = updated_node.value
        if isinstance(call, cst.Call) and self._path(original_node.value.func) == "keras.backend.set_value":  # type: ignore[attr-defined]
            target, value = text_of(call.args[0].value), text_of(call.args[1].value)
            text = f"{target} = {value}" if target.endswith(".learning_rate") else f"{target}.assign({value})"
            return cst.parse_statement(text + "\n").body[0]  # type: ignore[union-attr]
        return updated_node

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> Any:
        """`model.layers.pop()`, `model.outputs = [...]` and `layer.outbound_nodes = []`: a model that ends earlier.

        And the padding that was put before a convolution, as a layer of its own.
        """
        if len(updated_node.body) != 1:
            return updated_node
        text = text_of(updated_node.body[0]).strip()
        if both := re.fullmatch(
            r"([\w.]+\.add)\(keras\.Sequential\(\[(keras\.layers\.ZeroPadding.*), (keras\..*)\]\)\)", text
        ):
            first = _with_line(updated_node, f"{both[1]}({both[2]})").with_changes(
                trailing_whitespace=cst.TrailingWhitespace()
            )
            second = _with_line(updated_node, f"{both[1]}({both[3]})").with_changes(leading_lines=[])
            return cst.FlattenSentinel([first, second])
        if popped := re.fullmatch(r"([\w.]+)\.layers\.pop\(\)", text):
            model = popped[1]
            if re.search(rf"\b{re.escape(model)}\s*=\s*(?:\w+\.)*Sequential\(", self.code):
                return _with_line(updated_node, f"{model}.pop()")
            self.needed.add(("keras", ""))
            return _with_line(updated_node, f"{model} = keras.models.Model({model}.inputs, {model}.layers[-2].output)")
        if ended := re.fullmatch(r"([\w.]+)\.outputs\s*=\s*(.+)", text, re.S):
            model, outputs = ended.groups()
            listed = expression(outputs)
            if isinstance(listed, cst.List) and len(listed.elements) == 1:
                single = text_of(listed.elements[0].value)
            else:
                single = outputs
            if re.search(rf"\b{re.escape(model)}\s*=\s*(?:\w+\.)*Sequential\(", self.code):
                is_end = re.sub(r"\s", "", outputs) in (f"[{model}.layers[-1].output]", f"{model}.layers[-1].output")
                return _with_line(updated_node, "pass") if is_end else updated_node
            self.needed.add(("keras", ""))
            return _with_line(updated_node, f"{model} = keras.models.Model({model}.inputs, {single})")
        if self.is_building and re.match(r"self\.(?:non_)?trainable_weights\s*=\s*\[", text):
            return cst.RemoveFromParent()
        if re.fullmatch(r".+\._?(?:out|in)bound_nodes\s*=\s*\[\]", text):
            return _with_line(updated_node, "pass")
        return updated_node

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:
        path = self._path(original_node)
        new = today_path(path) if path else None
        if new is not None and new != path and text_of(updated_node) != new:
            return self._named(updated_node, new)
        if path is not None and self._is_of_tensorflow(original_node) and text_of(updated_node) != path:
            self.needed.add(("keras", ""))
            return expression(path)
        if path is None:
            made = self._numpy_name(original_node, updated_node)
            if made is not updated_node:
                return made
        if text_of(updated_node) == "self.validation_data" and re.search(r"class \w+\([\w.]*Callback\)", self.code):
            self._note(original_node, "callbacks are not given the validation data today: hand them over yourself")
        if updated_node.attr.value == "lr" and text_of(updated_node.value).endswith("optimizer"):
            return updated_node.with_changes(attr=cst.Name("learning_rate"))
        return updated_node

    def visit_Assign(self, node: cst.Assign) -> None:
        self.assigned = text_of(node.targets[0].target)

    def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign:
        """`discriminator.trainable = False` in a script that trains by turns."""
        target, self.assigned = text_of(updated_node.targets[0].target), ""
        turns = target.endswith(".trainable") and ".train_on_batch(" in self.code
        if turns and literal(updated_node.value) is False:
            model = target.removesuffix(".trainable")
            text = f"Keras 3 reads `trainable` while it trains, not in `compile` as before: there, set {target} = True"
            self._note(original_node, f"{text} before {model}.train_on_batch, and False behind it")
        return updated_node

    def leave_Subscript(self, original_node: cst.Subscript, updated_node: cst.Subscript) -> cst.BaseExpression:
        """`history.history["acc"]`."""
        base = updated_node.value
        is_history = _is_report(base)
        if is_history and len(updated_node.slice) == 1 and isinstance(updated_node.slice[0].slice, cst.Index):
            key = literal(updated_node.slice[0].slice.value)
            new = self._metric_today(key)
            if new is not None:
                index = cst.SubscriptElement(cst.Index(expression(repr(new))))
                return updated_node.with_changes(slice=[index])
        return updated_node

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self.is_building = node.name.value == "build"
        self.is_initializer |= _makes_weights(node.params)

    def _weight(self, original: cst.Call, call: cst.Call) -> cst.BaseExpression:
        """`self.init(shape, name=...)` in `build` made a variable: today `add_weight` does."""
        initializer = f"self.{call.func.attr.value}"  # type: ignore[attr-defined]
        is_initializer = text_of(call.func) == initializer and re.search(
            rf"{re.escape(initializer)}\s*=\s*(?:initializations|initializers)\.get\(", self.code
        )
        if not is_initializer or not self.is_building or not call.args:
            return call
        return self._made_weight(call, expression(initializer))

    def _made_weight(self, call: cst.Call, initializer: cst.BaseExpression) -> cst.Call:
        """`add_weight` for a call that made a variable of a shape."""
        parts = split(call)
        if parts is None:
            return call
        positional, keywords = parts
        shape = positional[0] if positional else keywords["shape"]
        given = [keyword("shape", shape.value), keyword("initializer", initializer)]
        given += [keyword("name", _title(keywords["name"].value))] if "name" in keywords else []
        trained = re.findall(r"self\.trainable_weights\s*\+?=(.+)", self.code)
        if trained and self.assigned and not any(re.search(rf"{self.assigned}\b", line) for line in trained):
            given.append(keyword("trainable", expression("False")))
        return cst.Call(expression("self.add_weight"), spaced(given))

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        """A layer that had its shape function under the names of two years keeps the newer one."""
        body = list(updated_node.body.body)
        pairs = zip(original_node.body.body, body, strict=False)
        olds = [new for old, new in pairs if isinstance(old, cst.FunctionDef) and old.name.value == OLD_SHAPE]
        names = [line.name.value for line in body if isinstance(line, cst.FunctionDef)]
        if not olds or names.count("compute_output_shape") < 2 or len(original_node.body.body) != len(body):
            return updated_node
        kept: Any = [line for line in body if line not in olds]
        return updated_node.with_changes(body=updated_node.body.with_changes(body=kept))

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        if updated_node.name.value == OLD_SHAPE:
            return updated_node.with_changes(name=cst.Name("compute_output_shape"))
        if _makes_weights(updated_node.params):
            self.is_initializer = False
            return updated_node.with_changes(params=_with_dtype(updated_node.params))
        return updated_node

    def leave_Return(self, original_node: cst.Return, updated_node: cst.Return) -> cst.Return:
        """`return K.variable(value, name=name)` of a user's initializer: today it returns the value."""
        value: Any = updated_node.value
        if self.is_initializer and isinstance(value, cst.Call) and value.args and text_of(value.func) == "K.variable":
            return updated_node.with_changes(value=value.args[0].value)
        return updated_node

    def leave_Lambda(self, original_node: cst.Lambda, updated_node: cst.Lambda) -> cst.Lambda:
        made = _makes_weights(updated_node.params)
        return updated_node.with_changes(params=_with_dtype(updated_node.params)) if made else updated_node


def _is_layer_module(path: str) -> bool:
    return path.startswith(("keras.layers.", "keras.legacy.layers.", "keras.engine."))


def _is_layer(name: str) -> bool:
    modern = getattr(layers, changes.LAYER_NAMES.get(name, name), None)
    return isinstance(modern, type) and issubclass(modern, Layer)


def _makes_weights(params: cst.Parameters) -> bool:
    """Whether a function is an initializer of Keras 1: of a shape, and the name of a weight."""
    return [param.name.value for param in params.params] == ["shape", "name"]


def _with_dtype(params: cst.Parameters) -> cst.Parameters:
    """The parameters of an initializer, and the type that today's are told."""
    first, second = params.params
    dtype = second.with_changes(name=cst.Name("dtype"), default=cst.Name("None"), equal=TIGHT)
    second = second.with_changes(default=second.default or cst.Name("None"), comma=cst.MaybeSentinel.DEFAULT)
    return params.with_changes(params=[first, second, dtype])


def _is_report(node: cst.BaseExpression) -> bool:
    """Whether an expression is a dictionary of what an epoch, or all, reported."""
    return (isinstance(node, cst.Attribute) and node.attr.value == "history") or text_of(node) == "logs"


def _renamed_k(key: str) -> str:
    return {"dim": "axis", "n": "n"}.get(key, key)


def _with_line(line: cst.SimpleStatementLine, text: str) -> cst.SimpleStatementLine:
    statement: Any = cst.parse_statement(text + "\n")
    return line.with_changes(body=statement.body)


def _title(node: cst.BaseExpression) -> cst.BaseExpression:
    """The name of a weight: `'{}_W'.format(self.name)` said whose it is, which today's layers know."""
    found = re.fullmatch(r"""['"]\{\d?\}_?(\w+)['"]\.format\(self\.name\)""", text_of(node))
    return expression(repr(found[1])) if found else node


def _matrix_product(parts: Any) -> str | None:
    """`K.batch_dot` of arrays of 4 axes as the product of matrices that it was; None where `axes` do not tell."""
    positional, keywords = parts or ((), {})
    given = dict(zip(("x", "y", "axes"), positional, strict=False)) | keywords
    if set(given) != {"x", "y", "axes"}:
        return None
    x, y, axes = text_of(given["x"].value), text_of(given["y"].value), literal(given["axes"].value)
    pair = [axes, axes] if axes == 3 else list(axes) if isinstance(axes, (list, tuple)) else []
    if pair == [3, 3]:
        return f"ops.matmul({x}, ops.swapaxes({y}, -1, -2))"
    return f"ops.matmul({x}, {y})" if pair == [3, 2] else None


def _is_dropped(arg: cst.Arg, table: dict[str, str]) -> bool:
    return arg.keyword is not None and table.get(arg.keyword.value) == ""


def _is_own(owner: cst.BaseExpression, objects: set[str]) -> bool:
    return isinstance(owner, cst.Name) and owner.value in objects


def _behind_imports(module: cst.Module, text: str) -> cst.Module:
    """The module with a statement added behind its imports."""
    body = list(module.body)
    last = next(
        (i for i, line in enumerate(body) if cst.Module([]).code_for_node(line).strip() == "import keras"), None
    )
    if last is None:
        last = next((i for i, line in enumerate(body) if is_import(line)), -1)
    while last + 1 < len(body) and is_import(body[last + 1]):
        last += 1
    is_function = text.lstrip().startswith(("def", "@"))
    lines = [cst.EmptyLine()] * (2 if is_function else 1)
    placed = cst.parse_module(text).body[0].with_changes(leading_lines=lines)
    rest = body[last + 1 :]
    if is_function and rest:
        after: Any = rest[0]
        blank = sum(line.comment is None for line in after.leading_lines)
        rest[0] = after.with_changes(leading_lines=[*lines[blank:], *after.leading_lines])
    return module.with_changes(body=[*body[: last + 1], placed, *rest])


__all__ = ["Upgrade", "upgrade_source"]
