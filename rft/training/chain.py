"""The gradient of a model that is a chain of blocks, taken one block at a time.

On the way forward only what each block was given is kept. On the way back a block computes again and hands its gradient to the
one before (Chen et al. 2016, arXiv 1604.06174). MLX follows no more than one block then, so arrays may be evaluated at once:
memory stays that of a block, and numpy may compute the exponentials.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rft.training.checkpointing import random_numbers
from rft.training.folded import fold_lora
from rft.training.head import EVALUATES, Halves, halves_of
from rollouts.attention import route_attention
from rollouts.device import mx, trees
from rollouts.exponentials import fast_exponentials, route_gates, unfollowed
from rollouts.kept import Kept, Room, keeping
from rollouts.machine import memory_at_hand

if TYPE_CHECKING:
    from mlx.core import array as Array

PROBE = (1, 2, 3, 4)
"""Tokens over which both ways to the gradient are compared; what the model says to them does not matter."""
TOLERANCE = 1e-3
"""Relative to a gradient's norm, in fp32. A model that is no chain is off by parts of it."""
KEPT_SHARE = 0.25
"""Of the memory that is free when a pass begins: what may be kept for its way back."""


def chain_blocks(model: Any) -> bool:
    """Take this model's gradient block by block from now on, where that gives what MLX's own way gives. Returns whether it does.

    The model is as it was where its weights outside the blocks are trained too, where its blocks are not in a row, or where
    something passes by them.
    """
    halves = halves_of(model)
    backbone = getattr(halves.text, halves.name)
    if halves.trained_parameters() or not hasattr(backbone, "layers"):
        return False
    route_attention()
    route_gates()
    plain = _probe_gradient(halves)
    for block in backbone.layers:
        fold_lora(block)
    kind = type(backbone)
    backbone.__class__ = type(kind.__name__, (kind,), {"__call__": _chained(kind.__call__), EVALUATES: True})
    try:
        same = _alike(plain, _probe_gradient(halves))
    except (_NoChainError, AttributeError, TypeError):  # the latter: what a model asks of its blocks that a stand has not
        same = False
    if not same:
        backbone.__class__ = kind
    return same


def _probe_gradient(halves: Halves) -> "list[Array]":
    backbone = getattr(halves.text, halves.name)
    before = backbone.trainable_parameters()

    def total(trained: Any) -> "Array":
        backbone.update(trained)
        hidden = halves.hidden(mx.array([PROBE]))
        signs = mx.where(mx.arange(hidden.size) % 3 == 0, 1.0, -0.5).reshape(hidden.shape)
        summed: Array = (hidden * signs).sum()
        return summed

    training = backbone.training
    backbone.eval()  # dropout would make two losses of one
    gradient = mx.grad(total)(before)
    backbone.update(before)
    backbone.train(training)
    return [leaf for _, leaf in trees.tree_flatten(gradient)]


def _alike(left: "Sequence[Array]", right: "Sequence[Array]") -> bool:
    apart = sum(float(mx.square(a - b).sum().item().real) for a, b in zip(left, right, strict=True))
    return apart <= TOLERANCE**2 * sum(float(mx.square(a).sum().item().real) for a in left)


class _NoChainError(Exception):
    """The blocks of this model are not in a row."""


@dataclass(slots=True)
class _Link:
    """One block's call: its weights, its hidden state [B, L, D], what else it was given, and where the random numbers stood."""

    block: Any
    weights: Any
    given: "Array"
    rest: tuple[Any, ...]
    options: dict[str, Any]
    seed: int
    kept: Kept

    def compute(self, given: "Array") -> "Array":
        mx.random.seed(self.seed)  # the same dropout both times
        with keeping(self.kept):
            found = self.block(given, *self.rest, **self.options)
        if not isinstance(found, mx.array):
            raise _NoChainError
        return found

    def back(self, arriving: "Array") -> "tuple[Array, Any]":
        """The gradients by what the block was given and by its weights."""
        self.kept.again = True

        def compute(given: "Array", *leaves: "Array") -> "Array":
            self.block.update(_filled(self.weights, leaves))
            return self.compute(given)

        leaves = [leaf for _, leaf in trees.tree_flatten(self.weights)]
        _, found = mx.vjp(compute, [self.given, *leaves], [arriving])
        self.block.update(self.weights)
        to_given, *to_leaves = unfollowed(found)
        return to_given, _filled(self.weights, to_leaves)


@dataclass(slots=True)
class _Tape:
    """The calls of all blocks, in their order, and what the last one gave."""

    room: Room
    links: list[_Link] = field(default_factory=list)
    last: "Array | None" = None

    def call(self, block: Any, given: "Array", *rest: Any, **options: Any) -> "Array":
        if self.last is not None and given is not self.last:
            raise _NoChainError
        link = _Link(block, block.trainable_parameters(), given, rest, options, random_numbers(), Kept(self.room))
        self.links.append(link)
        self.last = link.compute(given)
        mx.eval(self.last)
        return self.last


class _Stand:
    """Stands for a block in its place: it is called, and asked what the block is asked."""

    def __init__(self, block: Any, call: "Callable[..., Array]") -> None:
        self._block, self._call = block, call

    def __call__(self, *arguments: Any, **options: Any) -> "Array":
        return self._call(self._block, *arguments, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._block, name)


@contextmanager
def _called_by(backbone: Any, call: "Callable[..., Array]") -> Iterator[None]:
    blocks = backbone.layers
    backbone.layers = [_Stand(block, call) for block in blocks]
    try:
        yield
    finally:
        backbone.layers = blocks


def _chained(forward: "Callable[..., Array]") -> "Callable[..., Array]":
    """The backbone's call, with its gradient by blocks."""

    def call(backbone: Any, *arguments: Any, **options: Any) -> "Array":
        tape = _Tape(Room(int(KEPT_SHARE * memory_at_hand())))

        @mx.custom_function
        def hidden(trained: Any) -> "Array":
            for block, weights in zip(backbone.layers, trained, strict=True):
                block.update(unfollowed(weights))
            with fast_exponentials(), _called_by(backbone, tape.call):
                return forward(backbone, *arguments, **options)

        @hidden.vjp
        def _back(_trained: Any, cotangent: "Array", _hidden: "Array") -> Any:
            def tail(last: "Array") -> "Array":
                said = iter([*(link.given for link in tape.links[1:]), last])
                with _called_by(backbone, lambda *_a, **_o: next(said)):
                    return forward(backbone, *arguments, **options)

            assert tape.last is not None
            with fast_exponentials():
                _, arriving = mx.vjp(tail, [tape.last], [unfollowed(cotangent)])
                return _through(tape.links, unfollowed(arriving[0]))

        custom: Any = hidden
        given = [block.trainable_parameters() for block in backbone.layers]
        found: Array = custom(given)
        for block, weights in zip(backbone.layers, given, strict=True):  # a second call in the same pass learns too
            block.update(weights)
        return found

    return call


def _through(links: list[_Link], arriving: "Array") -> list[Any]:
    """Each block's gradient by its weights, from the gradient by what the last one gave. Forgets the links on its way."""
    first = next(i for i, link in enumerate(links) if trees.tree_flatten(link.weights))
    gradients: list[Any] = []
    while len(links) > first:
        arriving, gradient = links.pop().back(arriving)
        gradients.append(gradient)
    return [{} for _ in range(first)] + gradients[::-1]


def _filled(tree: Any, leaves: "Sequence[Array]") -> Any:
    """The tree's structure with these leaves."""
    following = iter(leaves)
    return trees.tree_map(lambda _leaf: next(following), tree)
