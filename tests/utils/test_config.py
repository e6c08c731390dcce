import copy
import pickle

import pytest

from dovetail.utils import Config


def test_settings_by_attribute_and_item():
    config = Config(rate=0.1)
    config.seed = 3
    config["size"] = 4
    assert (config.seed, config["rate"], config.get("none", 1), len(config)) == (3, 0.1, 1, 3)
    assert list(config) == ["rate", "seed", "size"] and "seed" in config
    assert (
        config.as_dict() == {"rate": 0.1, "seed": 3, "size": 4}
        and config.to_json() == '{"rate": 0.1, "seed": 3, "size": 4}'
    )
    for again in (copy.deepcopy(config), pickle.loads(pickle.dumps(config))):
        assert again.as_dict() == config.as_dict()
    with pytest.raises(AttributeError, match="did you mean 'rate'"):
        _ = config.rates


def test_a_frozen_config_is_not_changed():
    config = Config(rate=0.1)
    config.freeze()
    for change in (
        lambda: setattr(config, "rate", 1), lambda: config.pop("rate"), lambda: config.update(rate=1),
        lambda: config.__delitem__("rate"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="frozen"):
            change()
    config.unfreeze()
    config.update(rate=1)
    assert config.rate == 1 and not config.frozen
