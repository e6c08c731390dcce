"""Functions that an upgraded script brings along: what old releases did and no release of today has."""

OLD_HARD_SIGMOID = "old_hard_sigmoid"
RESET_STATES = "reset_states"
WEIGHTS_FILE = "weights_file"

HELPERS = {
    OLD_HARD_SIGMOID: f'''
@keras.saving.register_keras_serializable()
def {OLD_HARD_SIGMOID}(x):
    """The hard sigmoid of Keras before 3."""
    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)
''',
    WEIGHTS_FILE: f'''
def {WEIGHTS_FILE}(path):
    """The name of a file of weights: it ends in `.weights.h5` today."""
    stem = str(path)
    for ending in (".hdf5", ".hdf", ".h5", ".weights"):
        stem = stem.removesuffix(ending)
    return stem + ".weights.h5"
''',
    RESET_STATES: f'''
def {RESET_STATES}(model):
    """Set the states of all recurrent layers of a model to zeros."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            {RESET_STATES}(layer)
        elif hasattr(layer, "reset_state"):
            layer.reset_state()
''',
}
