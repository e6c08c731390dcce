"""Decoding for connectionist temporal classification: from a network's outputs to labels."""

from typing import Any

import jax
import jax.numpy as jnp


def greedy(logits: Any, lengths: Any, merge_repeated: bool, blank: Any) -> tuple[Any, Any]:
    """The largest output of every step, repeats and blanks left out; see `ops.ctc_decode`."""
    _, steps, classes = logits.shape
    blank = classes - 1 if blank is None else blank
    best = jnp.argmax(logits, axis=-1).astype(jnp.int32)
    inside = jnp.arange(steps) < lengths[:, None]
    scores = -jnp.sum(jnp.where(inside, jnp.max(logits, axis=-1), 0), axis=1)[:, None]
    best = jnp.where(inside, best, blank)
    keep = best != blank
    if merge_repeated:
        repeats = jnp.pad(best[:, 1:] == best[:, :-1], ((0, 0), (1, 0)))
        keep = keep & ~repeats
    return _packed(best, keep)[None], scores


def _packed(labels: Any, keep: Any) -> Any:
    """The labels that are kept at the front of each row, -1 behind them."""
    order = jnp.argsort(~keep, axis=1, stable=True)
    return jnp.where(jnp.take_along_axis(keep, order, 1), jnp.take_along_axis(labels, order, 1), -1)


def beam_search(logits: Any, lengths: Any, beam_width: int, top_paths: int, blank: Any) -> tuple[Any, Any]:
    """Prefix beam search: the likeliest label sequences, each summed over its alignments.

    Reference: Graves 2012, "Supervised Sequence Labelling with Recurrent Neural Networks", section 7.5.3.
    """
    blank = logits.shape[-1] - 1 if blank is None else blank

    def one(logits: Any, length: Any) -> tuple[Any, Any]:
        return _search(jax.nn.log_softmax(logits), length, beam_width, blank)

    paths, scores = jax.vmap(one)(logits, lengths)
    return jnp.moveaxis(paths, 1, 0)[:top_paths], scores[:, :top_paths]


def _search(logs: Any, length: Any, width: int, blank: int) -> tuple[Any, Any]:
    """The beam of one sequence: prefixes (width, steps), and log-probabilities of ending in a blank or a label."""
    steps, classes = logs.shape
    low = jnp.finfo(logs.dtype).min / 4
    prefixes = jnp.full((width, steps), -1, jnp.int32)
    sizes = jnp.zeros(width, jnp.int32)
    in_blank = jnp.full(width, low).at[0].set(0.0)
    in_label = jnp.full(width, low)
    labels = jnp.arange(classes)

    def step(carry: Any, inputs: Any) -> tuple[Any, None]:
        prefixes, sizes, in_blank, in_label = carry
        log, is_inside = inputs
        last = jnp.where(sizes > 0, jnp.take_along_axis(prefixes, jnp.maximum(sizes - 1, 0)[:, None], 1)[:, 0], -1)
        total = jnp.logaddexp(in_blank, in_label)
        # a prefix stays as it is by a blank, or by its last label again
        stay_blank = total + log[blank]
        stay_label = jnp.where(last >= 0, in_label + log[last], low)
        # or grows by a label; its last label again only after a blank
        source = jnp.where(labels[None] == last[:, None], in_blank[:, None], total[:, None])
        grown = jnp.where(labels[None] == blank, low, source + log[None])
        longer = jnp.where(
            jnp.arange(steps)[None, None] == sizes[:, None, None], labels[None, :, None], prefixes[:, None]
        )
        candidates = jnp.concatenate([prefixes, longer.reshape(-1, steps)])
        blanks = jnp.concatenate([stay_blank, jnp.full(width * classes, low)])
        ends = jnp.concatenate([stay_label, grown.reshape(-1)])
        counts = jnp.concatenate([sizes, jnp.repeat(sizes + 1, classes)])
        # a grown prefix may be one that is in the beam: their probabilities are added
        same = jnp.all(candidates[:width, None] == candidates[None, width:], axis=-1)
        gained = jax.nn.logsumexp(jnp.where(same, ends[None, width:], low), axis=1)
        ends = ends.at[:width].set(jnp.logaddexp(ends[:width], gained))
        ends = ends.at[width:].set(jnp.where(jnp.any(same, axis=0), low, ends[width:]))
        _, best = jax.lax.top_k(jnp.logaddexp(blanks, ends), width)
        new = candidates[best], counts[best], blanks[best], ends[best]
        return jax.tree.map(lambda a, b: jnp.where(is_inside, a, b), new, carry), None

    inside = jnp.arange(steps) < length
    carry, _ = jax.lax.scan(step, (prefixes, sizes, in_blank, in_label), (logs, inside))
    prefixes, _, in_blank, in_label = carry
    return prefixes, jnp.logaddexp(in_blank, in_label)
