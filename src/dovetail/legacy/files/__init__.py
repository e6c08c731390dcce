"""Files of Keras 1 and 2: `.h5` models and weights, JSON and YAML architectures. Reading never runs code."""
