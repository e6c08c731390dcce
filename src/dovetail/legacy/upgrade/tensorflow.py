"""Array functions of TensorFlow as those of `keras.ops`, which take symbolic tensors and need no TensorFlow."""

import re

import libcst as cst
from libcst import metadata

from .calls import expression, split
from .calls import source as text_of
from .names import Names

_SAME = """abs sqrt square exp sin cos tan sinh cosh tanh sigmoid sign ones_like zeros_like stop_gradient floor ceil
    maximum minimum equal not_equal less less_equal greater greater_equal logical_and logical_or logical_not
    add subtract multiply divide stack reshape transpose tile squeeze expand_dims cast where matmul""".split()
_REDUCTIONS = {"mean": "mean", "sum": "sum", "max": "max", "min": "min", "prod": "prod", "any": "any", "all": "all",
               "std": "std", "variance": "var", "logsumexp": "logsumexp"}  # fmt: skip
_ACTIVATIONS = ("relu", "relu6", "sigmoid", "tanh", "softplus", "softsign", "elu", "selu", "silu", "softmax",
                "log_softmax")  # fmt: skip
_ORDERS = {
    "stack": "xs axis", "reshape": "x newshape", "transpose": "x axes", "tile": "x repeats", "squeeze": "x axis",
    "expand_dims": "x axis", "cast": "x dtype", "where": "condition x1 x2",
    **dict.fromkeys("maximum minimum equal not_equal less less_equal greater greater_equal logical_and logical_or add "
                    "subtract multiply divide matmul".split(), "x1 x2"),
}  # fmt: skip

# tf.<name>: the function of `keras.ops`, and its arguments in TensorFlow's order
FUNCTIONS: dict[str, tuple[str, str]] = {
    **{name: (name, _ORDERS.get(name, "x")) for name in _SAME},
    **{f"reduce_{name}": (today, "x axis keepdims") for name, today in _REDUCTIONS.items()},
    **{f"nn.{name}": (name, "x axis" if "softmax" in name else "x") for name in _ACTIVATIONS},
    "pow": ("power", "x1 x2"),
    "concat": ("concatenate", "xs axis"),
    "clip_by_value": ("clip", "x x_min x_max"),
    "nn.swish": ("silu", "x"),
    "math.log": ("log", "x"),
    "math.log1p": ("log1p", "x"),
    "math.rsqrt": ("rsqrt", "x"),
    "linalg.matmul": ("matmul", "x1 x2"),
    "shape": ("shape", "x"),
    "round": ("round", "x"),
    "one_hot": ("one_hot", "x num_classes"),
    "nn.leaky_relu": ("leaky_relu", "x negative_slope"),
    "range": ("arange", "start stop step"),
}
FUNCTIONS |= {f"math.{name}": FUNCTIONS[name] for name in _SAME + [f"reduce_{name}" for name in _REDUCTIONS]}

# what these arguments are called in TensorFlow, where another name is today's
ARGUMENTS = {"input_tensor": "x", "input": "x", "tensor": "x", "a": "x1", "b": "x2", "y": "x2", "values": "xs",
             "shape": "newshape", "perm": "axes", "multiples": "repeats", "clip_value_min": "x_min",
             "clip_value_max": "x_max", "keep_dims": "keepdims", "features": "x", "logits": "x",
             "indices": "x", "depth": "num_classes", "alpha": "negative_slope"}  # fmt: skip
DTYPES = ("float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool")


class TensorflowFunctions(Names):
    """Rewrites `tf.reduce_mean(x, 1)` to `ops.mean(x, 1)`, and types and activations to their names."""

    def _tensorflow(self, node: cst.CSTNode) -> str | None:
        """The name behind `tf.`; None for anything else, and where the script needs TensorFlow's own."""
        if self.needs_tensorflow:
            return None
        for found in self.get_metadata(metadata.QualifiedNameProvider, node, set()) or ():
            package, _, name = found.name.partition(".")
            if package == "tensorflow" and found.source == metadata.QualifiedNameSource.IMPORT:
                return name
        return None

    def _of_tensorflow(self, original: cst.Call, call: cst.Call) -> cst.BaseExpression:
        """A call of TensorFlow's as one of `keras.ops`, where its arguments have a place there."""
        name = self._tensorflow(original.func)
        parts = split(call)
        if name not in FUNCTIONS or parts is None:
            return call
        today, order = FUNCTIONS[name]
        names, (positional, keywords) = order.split(), parts
        if len(positional) > len(names) or (name == "range" and len(positional) < 1):
            return call
        args = list(positional)
        for key, arg in keywords.items():
            new = "x1" if key == "x" and names[0] == "x1" else ARGUMENTS.get(key, key)
            new = "x" if new == "axes" and "axes" not in names else new
            if new == "name":
                continue
            if new not in names:
                return call
            is_next = names.index(new) == len(args) and not any(a.keyword for a in args)
            plain = arg.with_changes(keyword=None, equal=cst.MaybeSentinel.DEFAULT)
            args.append(plain if is_next and names.index(new) == 0 else arg.with_changes(keyword=cst.Name(new)))
        if any(re.fullmatch(r"tf\.float\d+\.\w+", text_of(arg.value)) for arg in args):
            return call
        self.needed.add(("keras", "ops"))
        args = [arg.with_changes(comma=cst.MaybeSentinel.DEFAULT) if arg is args[-1] else arg for arg in args]
        return call.with_changes(func=expression(f"ops.{today}"), args=args)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        """`activation=tf.nn.relu` and `dtype=tf.float32`."""
        value = original_node.value
        name = self._tensorflow(value) if isinstance(value, cst.Attribute) else None
        if name in DTYPES:
            return updated_node.with_changes(value=expression(repr(name)))
        if name is not None and name.startswith("nn.") and name in FUNCTIONS:
            self.needed.add(("keras", ""))
            return updated_node.with_changes(value=expression(f"keras.activations.{FUNCTIONS[name][0]}"))
        return updated_node
