"""Rewriting a whole script: names, calls and imports."""

import builtins
import re
from dataclasses import dataclass, field
from typing import Any

import libcst as cst
from libcst import metadata

from ... import layers, optimizers
from ...engine.layer import Layer
from .. import changes, python2
from ..imports import canonical
from ..listing import UNKNOWN, find
from ..recognition import declared, recognize
from ..releases import Release, find_release
from .calls import (
    HELPER,
    LayerCall,
    different_defaults,
    drawn_weight,
    expression,
    joined,
    keyword,
    literal,
    optimizer_arguments,
    padded,
    split,
)
from .calls import source as text_of
from .imports import is_import, rewrite_imports
from .sequential import open_merges
from .tables import (
    BACKEND,
    BACKEND_ARGUMENTS,
    DROPPED,
    KEYWORDS,
    MERGES,
    METHODS,
    METRIC_NAMES,
    MODULES,
    NAMES,
    SHORT_METRICS,
    WITHOUT_SUCCESSOR,
)

TIGHT = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))

HELPER_TEXT = f'''
def {HELPER}(x):
    """The hard sigmoid of Keras before 3."""
    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)
'''

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
    module = wrapper.visit(rewriter)
    if rewriter.needs_helper or found.channels_first:
        rewriter.needed.add(("keras", ""))
    module = rewrite_imports(module, rewriter.needed, result.notes)
    if found.channels_first:
        module = _behind_imports(module, CHANNELS_FIRST)
    if rewriter.needs_helper:
        module = _behind_imports(module, HELPER_TEXT)
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


class _Rewriter(cst.CSTTransformer):
    """Rewrites every use of a name that has changed."""

    METADATA_DEPENDENCIES = (metadata.QualifiedNameProvider, metadata.PositionProvider)

    def __init__(self, release: Release, code: str, notes: list[tuple[int, str]]):
        super().__init__()
        self.release, self.code, self.notes = release, code, notes
        self.needed: set[tuple[str, str]] = set()  # (module, name) that the new source uses
        self.needs_helper = False
        self.was_python2 = self.is_building = self.is_initializer = False
        self.stars = [canonical(m) for m in re.findall(r"^from\s+([\w.]+)\s+import\s+\*", code, re.M) if "keras" in m]
        self.shows_accuracy = "show_accuracy=True" in code
        # methods and objects of the script's own classes: `net.fit_generator(...)` of a class with such a method
        classes = re.findall(r"^class\s+(\w+)\s*(?:\(\s*object\s*\)|\(\s*\))?:", code, re.M)
        self.own_methods = set(re.findall(r"^[ \t]+def\s+(\w+)\(\s*self\b", code, re.M)) if classes else set()
        made = "|".join(map(re.escape, classes)) or r"(?!)"
        self.own_objects = {"self", *re.findall(rf"^\s*(\w+)\s*=\s*(?:{made})\(", code, re.M)}

    # -- what a name stands for

    def _path(self, node: cst.CSTNode) -> str | None:
        """The full name of what an expression refers to, in Keras's own modules; None for anything else."""
        for found in self.get_metadata(metadata.QualifiedNameProvider, node, set()) or ():
            path = canonical(found.name)
            if found.source == metadata.QualifiedNameSource.IMPORT and path.split(".")[0] == "keras":
                return path
        if isinstance(node, cst.Name) and self.stars and not hasattr(builtins, node.value):
            for star in self.stars:
                package = ".".join(star.split(".")[:2])
                if any(find(dialect, node.value, package) for dialect in (1, 2)):
                    return f"{package}.{node.value}"
        return None

    def _is_of_tensorflow(self, node: cst.CSTNode) -> bool:
        """Whether an expression reaches Keras by way of `tf.keras`, spelled out."""
        names = self.get_metadata(metadata.QualifiedNameProvider, node, set()) or ()
        root: Any = node
        while isinstance(root, cst.Attribute):
            root = root.value
        roots = self.get_metadata(metadata.QualifiedNameProvider, root, set()) or ()
        return bool(names) and any(found.name == "tensorflow" for found in roots)

    def _note(self, node: cst.CSTNode, text: str) -> None:
        line = self.get_metadata(metadata.PositionProvider, node).start.line
        self.notes.append((line, text))

    def _named(self, old: cst.BaseExpression, path: str) -> cst.BaseExpression:
        """How today's `path` is written where `old` stood: `Conv2D` for a name, `layers.Conv2D` for an attribute."""
        module, _, name = path.rpartition(".")
        if isinstance(old, cst.Name):
            self.needed.add((module, name))
            return cst.Name(name)
        self.needed.add(("keras", ""))
        return expression(path)

    # -- calls

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        is_named = isinstance(original_node.func, (cst.Name, cst.Attribute))
        path = self._path(original_node.func) if is_named else None
        if path is None:
            return self._method(original_node, updated_node)
        name = path.rpartition(".")[2]
        if path.startswith("keras.backend."):
            return self._backend(name, original_node, updated_node)
        if name in ("Merge", "merge") and _is_layer_module(path):
            return self._merge(name, original_node, updated_node)
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
        return self._with_keywords(today_path(path) or path, updated_node)

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
        self.needs_helper |= rewritten.needs_helper
        full = padded(int(rewritten.today[4]), arguments) if rewritten.today in ("Conv1D", "Conv2D", "Conv3D") else None
        if full is not None:
            self.needed.add(("keras", ""))
            padding, convolution = (text_of(cst.Call(cst.Name("f"), _spaced(args)))[1:] for args in full)
            layer = f"keras.layers.{rewritten.today}"
            text = f"keras.Sequential([keras.layers.ZeroPadding{layer[-2:]}{padding}, {layer}{convolution}])"
            return expression(text)
        made = joined(call, arguments) if _differs(call.args, arguments) else call
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
            made = cst.Call(cst.Name("Merge"), _spaced([*arguments, *title]))
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
        made = cst.Call(func, _spaced(arguments))
        return cst.Call(made, [cst.Arg(given["inputs"])]) if name == "merge" else made

    def _is_function(self, node: cst.BaseExpression) -> bool:
        """Whether an expression is a function, for all that the source tells."""
        return isinstance(node, cst.Lambda) or bool(re.search(rf"def {re.escape(text_of(node))}\(", self.code))

    def _backend(self, name: str, original: cst.Call, call: cst.Call) -> cst.BaseExpression:
        known = BACKEND.get(name)
        parts = split(call)
        if name == "variable" and self.is_initializer:  # see `leave_Return`
            return call
        if name == "set_value":  # see `leave_Expr`
            return call
        if known is None or parts is None:
            self._note(original, f"K.{name} has no function in keras.ops: it is taken from dovetail.legacy.backend")
            return call
        names, pattern = known[0].split(), known[1]
        positional, keywords = parts
        given = dict(zip(names, positional, strict=False)) | {_renamed_k(key): arg for key, arg in keywords.items()}
        if any(key not in names for key in given) or len(positional) > len(names):
            self._note(original, f"K.{name} with these arguments is taken from dovetail.legacy.backend")
            return call
        self.needed.add(("keras", "ops") if pattern.startswith("ops.") else ("keras", ""))
        if "(...)" in pattern:
            args = [a.with_changes(keyword=None, equal=cst.MaybeSentinel.DEFAULT) if k in names[:1] else a
                    for k, a in given.items()]  # fmt: skip
            return joined(call, args).with_changes(func=expression(pattern.removesuffix("(...)")))
        values = [text_of(given[key].value) if key in given else None for key in names]
        if None in values:
            values = [
                "-1" if value is None and key == "axis" else value for key, value in zip(names, values, strict=True)
            ]
        if None in values:
            self._note(original, f"K.{name} with these arguments is taken from dovetail.legacy.backend")
            return call
        return expression(pattern.format(*values))

    def _with_keywords(self, path: str, call: cst.Call) -> cst.Call:
        """A call whose keywords have other names today."""
        table = KEYWORDS.get(path, {})
        args = [
            arg.with_changes(keyword=cst.Name(table[arg.keyword.value]))
            if arg.keyword is not None and arg.keyword.value in table
            else arg
            for arg in call.args
        ]
        args = [self._monitor(arg) for arg in args]
        return call.with_changes(args=args)

    def _checkpoint(self, original: cst.Call, call: cst.Call) -> cst.Call:
        """The file of a ModelCheckpoint has the ending of what is in it today."""
        call = self._with_keywords("keras.callbacks.ModelCheckpoint", call)
        weights = any(
            a.keyword and a.keyword.value == "save_weights_only" and literal(a.value) is True for a in call.args
        )
        ending = ".weights.h5" if weights else ".keras"
        first = next((a for a in call.args if a.keyword is None or a.keyword.value == "filepath"), None)
        name = literal(first.value) if first is not None else UNKNOWN
        if first is None or not isinstance(name, str):
            self._note(original, f"ModelCheckpoint: the name of the file ends in {ending!r} today")
            return call
        if name.endswith(ending):
            return call
        new = expression(repr(re.sub(r"\.(h5|hdf5|hdf|model)$", "", name) + ending))
        return call.with_changes(args=[a.with_changes(value=new) if a is first else a for a in call.args])

    def _monitor(self, arg: cst.Arg) -> cst.Arg:
        if arg.keyword is not None and arg.keyword.value == "monitor" and literal(arg.value) in METRIC_NAMES:
            return arg.with_changes(value=expression(repr(METRIC_NAMES[literal(arg.value)])))
        return arg

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
        handler = getattr(self, f"_of_{name}", None)
        if handler is not None:
            return handler(original, call)
        if name in ("fit", "evaluate", "predict", "train_on_batch", "test_on_batch", *METHODS):
            return self._training(name, original, call)
        return call

    def _training(self, name: str, original: cst.Call, call: cst.Call) -> cst.Call:
        args: list[cst.Arg] = []
        in_samples = self.release.dialect == 1
        for place, arg in enumerate(call.args):
            key = arg.keyword.value if arg.keyword is not None else None
            if key in DROPPED or key == "show_accuracy":
                continue
            if key is None and name in METHODS and place:  # the order was another
                key = ("steps_per_epoch", "epochs")[place - 1] if name == "fit_generator" and place < 3 else "steps"
                counts = in_samples and key != "epochs"
                arg = keyword(key, self._steps(original, arg.value) if counts else arg.value)
            new = changes.METHOD_ARGUMENTS.get(key or "", key)
            if new != key and new is not None:
                value = arg.value
                if key in ("samples_per_epoch", "nb_val_samples", "val_samples"):
                    value = self._steps(original, value)
                arg = arg.with_changes(keyword=cst.Name(new), value=value)
            args.append(arg)
        says_epochs = any(a.keyword and a.keyword.value == "epochs" for a in args)
        says_epochs |= len([a for a in args if a.keyword is None]) > 3
        if name == "fit" and in_samples and not says_epochs and _looks_like_fit(call):
            args.append(keyword("epochs", expression("10")))  # as many as Keras 1 did without being told
        if (
            name in METHODS
            and name != "fit_generator"
            and "verbose" not in {a.keyword.value for a in args if a.keyword}
        ):
            args.append(keyword("verbose", expression("0")))  # these said nothing
        func = call.func
        if name in METHODS:
            func = call.func.with_changes(attr=cst.Name(METHODS[name]))  # type: ignore[attr-defined]
        if not _differs(call.args, args):
            return call.with_changes(func=func)
        return joined(call, args).with_changes(func=func)

    def _steps(self, node: cst.Call, samples: cst.BaseExpression) -> cst.BaseExpression:
        """A number of samples as a number of batches."""
        size = re.search(r"^\s*(batch_size|BATCH_SIZE|batchsize)\s*=", self.code, re.M)
        number = re.search(r"\.flow(?:_from_directory)?\([^)]*batch_size\s*=\s*(\w+)", self.code)
        batch = size[1] if size else number[1] if number else None
        if batch is None:
            self._note(node, "an epoch was counted in samples: divide by the generator's batch size")
            return samples
        text = text_of(samples)
        text = text if isinstance(samples, (cst.Name, cst.Integer, cst.Call, cst.Attribute)) else f"({text})"
        return expression(f"-(-{text} // {batch})")

    def _of_compile(self, original: cst.Call, call: cst.Call) -> cst.Call:
        args = []
        for place, arg in enumerate(call.args):
            key = arg.keyword.value if arg.keyword is not None else None
            if key in ("class_mode", "sample_weight_mode", "theano_mode"):
                continue
            if key is None and arg.star == "" and place == 2:
                arg = keyword("metrics", arg.value)
            is_optimizer = key == "optimizer" or (key is None and place == 0)
            value = literal(arg.value)
            if arg.keyword is not None and arg.keyword.value == "metrics" and isinstance(value, list):
                arg = arg.with_changes(value=self._metrics(value, arg.value))
            if is_optimizer and isinstance(value, str):
                arg = arg.with_changes(value=self._optimizer(value, arg.value))
            args.append(arg)
        if self.shows_accuracy and not any(a.keyword is not None and a.keyword.value == "metrics" for a in args):
            args.append(keyword("metrics", expression('["accuracy"]')))
        return joined(call, args) if _differs(call.args, args) else call

    def _metrics(self, names: list[Any], node: cst.BaseExpression) -> cst.BaseExpression:
        """Metrics under the names that histories had: before 2.3 `mae` was reported by its full name."""
        if not self.release.is_before_2_3 or not any(name in SHORT_METRICS for name in names):
            return node
        return expression(repr([SHORT_METRICS.get(name, name) for name in names]))

    def _optimizer(self, name: str, node: cst.BaseExpression) -> cst.BaseExpression:
        """A named optimizer with the release's defaults, where they are others today."""
        known = {key.lower(): key for key in dir(optimizers) if key[:1].isupper()}.get(name.lower())
        if known is None:
            return node
        settings = different_defaults(known, self.release)
        settings.pop("epsilon", None) if set(settings) == {"epsilon"} else None
        if not settings:
            return node if known.lower() == name else expression(repr(known.lower()))
        self.needed.add(("keras", ""))
        written = ", ".join(f"{key}={value!r}" for key, value in settings.items())
        return expression(f"keras.optimizers.{known}({written})")

    def _of_predict_classes(self, original: cst.Call, call: cst.Call) -> cst.BaseExpression:
        base = call.func.value  # type: ignore[attr-defined]
        predicted = text_of(joined(call.with_changes(func=cst.Attribute(base, cst.Name("predict"))), list(call.args)))
        if "binary_crossentropy" in self.code and "categorical_crossentropy" not in self.code:
            return expression(f'({predicted} > 0.5).astype("int32")')
        self._note(original, "predict_classes: the likeliest class; for a single output write `predict(x) > 0.5`")
        return expression(f"{predicted}.argmax(axis=-1)")

    def _of_predict_proba(self, original: cst.Call, call: cst.Call) -> cst.BaseExpression:
        return call.with_changes(func=call.func.with_changes(attr=cst.Name("predict")))  # type: ignore[attr-defined]

    def _of_save_weights(self, original: cst.Call, call: cst.Call) -> cst.Call:
        return self._weights_file(call)

    def _of_load_weights(self, original: cst.Call, call: cst.Call) -> cst.Call:
        return self._weights_file(call)

    def _weights_file(self, call: cst.Call) -> cst.Call:
        """Files of weights end in `.weights.h5` today."""
        if not call.args:
            return call
        name = literal(call.args[0].value)
        if isinstance(name, str) and not name.endswith((".weights.h5", ".keras")):
            stem = re.sub(r"\.(h5|hdf5)$", "", name)
            first = call.args[0].with_changes(value=expression(repr(f"{stem}.weights.h5")))
            return call.with_changes(args=[first, *call.args[1:]])
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
        if updated_node.attr.value == "lr" and text_of(updated_node.value).endswith("optimizer"):
            return updated_node.with_changes(attr=cst.Name("learning_rate"))
        return updated_node

    def leave_Subscript(self, original_node: cst.Subscript, updated_node: cst.Subscript) -> cst.BaseExpression:
        """`history.history["acc"]`."""
        base = updated_node.value
        is_history = isinstance(base, cst.Attribute) and base.attr.value == "history"
        if is_history and len(updated_node.slice) == 1 and isinstance(updated_node.slice[0].slice, cst.Index):
            key = literal(updated_node.slice[0].slice.value)
            if key in METRIC_NAMES:
                index = cst.SubscriptElement(cst.Index(expression(repr(METRIC_NAMES[key]))))
                return updated_node.with_changes(slice=[index])
        return updated_node

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self.is_building = node.name.value == "build"
        self.is_initializer |= _makes_weights(node.params)

    def _weight(self, original: cst.Call, call: cst.Call) -> cst.BaseExpression:
        """`self.init(shape, name=...)` in `build` made a variable: today `add_weight` does."""
        parts = split(call)
        initializer = f"self.{call.func.attr.value}"  # type: ignore[attr-defined]
        text = text_of(call.func)
        is_initializer = text == initializer and re.search(
            rf"{re.escape(initializer)}\s*=\s*(?:initializations|initializers)\.get\(", self.code
        )
        if parts is None or not is_initializer or not self.is_building or not call.args:
            return call
        positional, keywords = parts
        shape = positional[0] if positional else keywords["shape"]
        given = [keyword("shape", shape.value), keyword("initializer", expression(initializer))]
        given += [keyword("name", _title(keywords["name"].value))] if "name" in keywords else []
        return cst.Call(expression("self.add_weight"), _spaced(given))

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        if updated_node.name.value == "get_output_shape_for":
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


def today_path(path: str) -> str | None:
    """Where a name of Keras lives today; None where the path is not one of a public name."""
    if path in NAMES:
        return NAMES[path]
    for old, new in MODULES:
        if path.startswith(old):
            name = path.rpartition(".")[2]
            return f"{new}.{changes.LAYER_NAMES.get(name, name)}" if new == "keras.layers" else f"{new}.{name}"
    if path.startswith("keras.layers."):
        name = path.rpartition(".")[2]
        return f"keras.layers.{changes.LAYER_NAMES.get(name, name)}"
    return None


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


def _renamed_k(key: str) -> str:
    return {"dim": "axis", "n": "n"}.get(key, key)


def _with_line(line: cst.SimpleStatementLine, text: str) -> cst.SimpleStatementLine:
    statement: Any = cst.parse_statement(text + "\n")
    return line.with_changes(body=statement.body)


def _title(node: cst.BaseExpression) -> cst.BaseExpression:
    """The name of a weight: `'{}_W'.format(self.name)` said whose it is, which today's layers know."""
    found = re.fullmatch(r"""['"]\{\d?\}_?(\w+)['"]\.format\(self\.name\)""", text_of(node))
    return expression(repr(found[1])) if found else node


def _is_own(owner: cst.BaseExpression, objects: set[str]) -> bool:
    return isinstance(owner, cst.Name) and owner.value in objects


def _differs(old: Any, new: list[cst.Arg]) -> bool:
    return [text_of(arg).strip().rstrip(",") for arg in old] != [text_of(arg).strip().rstrip(",") for arg in new]


def _spaced(args: list[cst.Arg]) -> list[cst.Arg]:
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    return [a.with_changes(comma=comma if i < len(args) - 1 else cst.MaybeSentinel.DEFAULT) for i, a in enumerate(args)]


def _looks_like_fit(call: cst.Call) -> bool:
    """Whether a call of `fit` is a model's: scikit-learn's take no batch size."""
    keys = {arg.keyword.value for arg in call.args if arg.keyword is not None}
    return bool(keys & {"batch_size", "validation_split", "validation_data", "callbacks"})


def _behind_imports(module: cst.Module, text: str) -> cst.Module:
    """The module with a statement added behind its imports."""
    body = list(module.body)
    last = next((i for i, line in enumerate(body) if cst.Module([]).code_for_node(line).strip() == "import keras"), -1)
    while last + 1 < len(body) and is_import(body[last + 1]):
        last += 1
    lines = [cst.EmptyLine()] * (2 if text.lstrip().startswith("def") else 1)
    placed = cst.parse_module(text).body[0].with_changes(leading_lines=lines)
    return module.with_changes(body=[*body[: last + 1], placed, *body[last + 1 :]])


__all__ = ["BACKEND_ARGUMENTS", "Upgrade", "upgrade_source"]
