"""Rewriting the calls of methods of models: training, compiling, weights."""

import re
from typing import Any

import libcst as cst

from ... import optimizers
from .. import changes
from ..listing import UNKNOWN
from .calls import different_defaults, differs, expression, joined, keyword, literal
from .calls import source as text_of
from .helpers import RESET_STATES, WEIGHTS_FILE
from .names import Names
from .tables import DROPPED, METHODS, SHORT_METRICS


class Methods(Names):
    """Rewrites calls of `fit`, `compile` and their relatives."""

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
            if key == "generator" and name in METHODS:
                new = "x"
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
        if not differs(call.args, args):
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
            if is_optimizer and isinstance(arg.value, (cst.Name, cst.Attribute)):
                shared = text_of(arg.value)
                if shared in self.compiled_with:
                    self._note(original, f"{shared} is compiled into two models: in Keras 3 an optimizer has one")
                self.compiled_with.add(shared)
            if arg.keyword is not None and arg.keyword.value == "metrics" and isinstance(value, list):
                arg = arg.with_changes(value=self._metrics(value, arg.value, _loss_of(call)))
            if is_optimizer and isinstance(value, str):
                arg = arg.with_changes(value=self._optimizer(value, arg.value))
            args.append(arg)
        if self.shows_accuracy and not any(a.keyword is not None and a.keyword.value == "metrics" for a in args):
            args.append(keyword("metrics", expression('["accuracy"]')))
        return joined(call, args) if differs(call.args, args) else call

    def _metrics(self, names: list[Any], node: cst.BaseExpression, loss: Any) -> cst.BaseExpression:
        """Metrics under the names that histories had, and the accuracy that a loss stood for.

        Before 2.3 `mae` was reported by its full name. In Keras of its own, "accuracy" beside a binary crossentropy
        looked at each output for itself; today it does for a single one.
        """
        if not all(isinstance(name, str) for name in names):
            return node
        known = {"acc": "accuracy"} | (SHORT_METRICS if self.release.is_before_2_3 else {})
        today = [repr(known.get(name, name)) for name in names]
        is_single = re.search(
            r"(?:Dense|Conv[12]D|Convolution[12]D)\(\s*(?:units=|output_dim=|filters=)?1\s*[,)]", self.code
        )
        each = loss == "binary_crossentropy" and not is_single and not self.release.is_tensorflow
        if each and "'accuracy'" in today:
            self.needed.add(("keras", ""))
            today = [
                "keras.metrics.BinaryAccuracy(name='accuracy')" if name == "'accuracy'" else name for name in today
            ]
        elif not set(names) & set(known):
            return node
        return expression(f"[{', '.join(today)}]")

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

    def _of_reset_states(self, original: cst.Call, call: cst.Call) -> cst.BaseExpression:
        """Models have none today; layers and metrics have `reset_state`."""
        base = text_of(call.func.value)  # type: ignore[attr-defined]
        if call.args or base in ("self", "super()"):
            return call
        if self._is_model(base):
            self.helpers.add(RESET_STATES)
            return expression(f"{RESET_STATES}({base})")
        return call.with_changes(func=call.func.with_changes(attr=cst.Name("reset_state")))  # type: ignore[attr-defined]

    def _of_predict_classes(self, original: cst.Call, call: cst.Call) -> cst.BaseExpression:
        base = call.func.value  # type: ignore[attr-defined]
        predicted = text_of(joined(call.with_changes(func=cst.Attribute(base, cst.Name("predict"))), list(call.args)))
        if "binary_crossentropy" in self.code and "categorical_crossentropy" not in self.code:
            return expression(f'({predicted} > 0.5).astype("int32")')
        self._note(original, "predict_classes: the likeliest class; for a single output write `predict(x) > 0.5`")
        return expression(f"{predicted}.argmax(axis=-1)")

    def _of_predict_proba(self, original: cst.Call, call: cst.Call) -> cst.BaseExpression:
        return call.with_changes(func=call.func.with_changes(attr=cst.Name("predict")))  # type: ignore[attr-defined]

    def _is_model(self, name: str) -> bool:
        """Whether a variable holds a model, for all that the source tells."""
        made = rf"(?<![\w.]){re.escape(name)}\s*=\s*(?:\w+\.)*(?:Sequential|Model|load_model|model_from_\w+)\("
        return "model" in name.split(".")[-1].lower() or bool(re.search(made, self.code))

    def _of_save(self, original: cst.Call, call: cst.Call) -> cst.Call:
        """Whole models go to files, not folders: `model.save("here")` is `model.save("here.keras")`."""
        if not call.args or not self._is_model(text_of(call.func.value)):  # type: ignore[attr-defined]
            return call
        args = [arg for arg in call.args if arg.keyword is None or arg.keyword.value != "save_format"]
        name = literal(args[0].value)
        if name is UNKNOWN:
            self._note(original, "the name of a model's file ends in '.keras' today (or '.h5')")
        elif isinstance(name, str) and not re.search(r"\.\w+$", name):
            args[0] = args[0].with_changes(value=expression(repr(name.rstrip("/") + ".keras")))
        return joined(call, args) if differs(call.args, args) else call

    def _model_file(self, call: cst.Call) -> cst.Call:
        """`load_model` of a file that has another name now."""
        name = literal(call.args[0].value) if call.args else UNKNOWN
        if not isinstance(name, str) or name.endswith(".keras"):
            return call
        was_folder = not re.search(r"\.\w+$", name) and re.search(
            rf"""\.save\(\s*['"]{re.escape(name)}['"]""", self.code
        )
        if not was_folder and not self._is_whole_model(name):
            return call
        new = re.sub(r"\.(h5|hdf5|hdf|model)$", "", name.rstrip("/")) + ".keras"
        return call.with_changes(args=[call.args[0].with_changes(value=expression(repr(new))), *call.args[1:]])

    def _of_save_weights(self, original: cst.Call, call: cst.Call) -> cst.Call:
        return self._weights_file(original, call)

    def _of_load_weights(self, original: cst.Call, call: cst.Call) -> cst.Call:
        return self._weights_file(original, call)

    def _weights_file(self, original: cst.Call, call: cst.Call) -> cst.Call:
        """Files of weights end in `.weights.h5` today; names that are known when the script runs are changed then."""
        if not call.args or call.args[0].star:
            return call
        name = literal(call.args[0].value)
        is_saved = "save_weights(" in self.code or "save_weights_only=True" in self.code
        if name is UNKNOWN and is_saved:
            named = self._weights_name(original, call.args[0].value)
            return call.with_changes(args=[call.args[0].with_changes(value=named), *call.args[1:]])
        if isinstance(name, str) and not name.endswith((".weights.h5", ".keras")):
            stem = re.sub(r"\.(h5|hdf5)$", "", name)
            ending = ".keras" if self._is_whole_model(name) else ".weights.h5"
            first = call.args[0].with_changes(value=expression(repr(stem + ending)))
            return call.with_changes(args=[first, *call.args[1:]])
        return call

    def _weights_name(self, node: cst.CSTNode, name: cst.BaseExpression) -> cst.BaseExpression:
        """The name of a file of weights that is only known when the script runs, as it is today."""
        self.helpers.add(WEIGHTS_FILE)
        written = text_of(name)
        self._note(node, f"the file is called {WEIGHTS_FILE}({written}): where else {written} is used, write that, too")
        return expression(f"{WEIGHTS_FILE}({written})")

    def _is_whole_model(self, name: str) -> bool:
        """Whether a ModelCheckpoint writes whole models under this name."""
        quoted = rf"""['"]{re.escape(name)}['"]"""
        found = re.findall(rf"\bModelCheckpoint\(\s*(?:filepath\s*=\s*)?{quoted}([^)]*)", self.code)
        return any("save_weights_only=True" not in re.sub(r"\s", "", rest) for rest in found)


def _loss_of(call: cst.Call) -> Any:
    """The loss that `compile` is told, where it is a literal."""
    by_name = next((arg for arg in call.args if arg.keyword is not None and arg.keyword.value == "loss"), None)
    by_place = [arg for arg in call.args if arg.keyword is None][1:2]
    found = by_name or next(iter(by_place), None)
    return literal(found.value) if found is not None else UNKNOWN


def _looks_like_fit(call: cst.Call) -> bool:
    """Whether a call of `fit` is a model's: scikit-learn's take no batch size."""
    keys = {arg.keyword.value for arg in call.args if arg.keyword is not None}
    return bool(keys & {"batch_size", "validation_split", "validation_data", "callbacks"})
