"""From the tokenizer inside a GGUF file to the files that transformers reads."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rollouts.errors import ModelError

UNKNOWN_TOKEN, CONTROL_TOKEN, USER_TOKEN = 2, 3, 4
"""`tokenizer.ggml.token_type`: of what is in no vocabulary, of a token that never comes from text, of one that was added."""
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
SPACE = "\u2581"
"""What stands for a space in the tokens of SentencePiece."""


def write_tokenizer(metadata: Mapping[str, Any], target: Path) -> None:
    """Write tokenizer.json and tokenizer_config.json. Raises ModelError for a tokenizer that we do not know.

    Args:
        metadata: Of the file, plain values and lists of them.
        target: The model's folder.
    """
    tokens: list[str] = metadata["tokenizer.ggml.tokens"]
    kinds: Sequence[int] = metadata.get("tokenizer.ggml.token_type") or [1] * len(tokens)
    tokenizer = _tokenizer(metadata, tokens, kinds)
    _add_special(tokenizer, tokens, kinds)
    first = metadata.get("tokenizer.ggml.bos_token_id")
    if (
        first is not None
        and first < len(tokens)
        and metadata.get("tokenizer.ggml.add_bos_token", metadata["tokenizer.ggml.model"] == "llama")
    ):
        _begin_with(tokenizer, tokens, first)
    tokenizer.save(str(target / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        **_named_tokens(metadata, tokens),
        **_template(metadata),
        "clean_up_tokenization_spaces": False,
        "model_max_length": metadata.get("llama.context_length"),
    }
    (target / "tokenizer_config.json").write_text(json.dumps(settings, indent=2))


def refuse_unknown_tokenizer(metadata: Mapping[str, Any]) -> None:
    """Raise ModelError for a tokenizer that cannot be written in transformers' form."""
    model, cut = metadata.get("tokenizer.ggml.model"), metadata.get("tokenizer.ggml.pre")
    tokens = metadata.get("tokenizer.ggml.tokens")
    known = model == "llama" or (model == "gpt2" and cut in list(PRE_TOKENIZERS))
    if not known or not isinstance(tokens, list):
        raise ModelError(
            f"the tokenizer {model}/{cut} of this GGUF file is not known.",
            hint="Use the model's folder in mlx-lm's format; it brings its own tokenizer file.",
        )
    needed = ["eos_token_id", "scores" if model == "llama" else "merges"]
    if lacking := [key for key in needed if f"tokenizer.ggml.{key}" not in metadata]:
        raise ModelError(
            f"the tokenizer of this GGUF file lacks {', '.join(lacking)}.", hint="The file is damaged; fetch it again."
        )
    if misfits := list(_misfits(metadata, len(tokens))):
        raise ModelError(
            f"in the tokenizer of this GGUF file {' and '.join(misfits)} do not fit its {len(tokens)} tokens.",
            hint="The file is damaged; fetch it again.",
        )


def _misfits(metadata: Mapping[str, Any], count: int) -> Iterator[str]:
    for name in ("token_type", "scores"):
        found = metadata.get(f"tokenizer.ggml.{name}")
        if found is not None and not (isinstance(found, list) and len(found) == count):
            yield name
    end = metadata["tokenizer.ggml.eos_token_id"]
    if not (isinstance(end, int) and 0 <= end < count):
        yield "eos_token_id"


def _tokenizer(metadata: Mapping[str, Any], tokens: list[str], kinds: Sequence[int]) -> Any:
    refuse_unknown_tokenizer(metadata)
    if metadata["tokenizer.ggml.model"] == "llama":
        return _sentence_pieces(tokens, metadata["tokenizer.ggml.scores"], kinds)
    from tokenizers import Tokenizer, decoders, models

    cut = metadata["tokenizer.ggml.pre"]
    merges = [tuple(merge.split(" ")) for merge in metadata["tokenizer.ggml.merges"]]
    vocabulary = {token: i for i, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, ignore_merges=cut == "llama-bpe"))
    tokenizer.pre_tokenizer = PRE_TOKENIZERS[cut]()
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def _smollm() -> Any:
    from tokenizers import pre_tokenizers

    digits, by_bytes = pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)
    return pre_tokenizers.Sequence([digits, by_bytes])


def _llama3() -> Any:
    from tokenizers import Regex, pre_tokenizers

    words = pre_tokenizers.Split(Regex(LLAMA3), behavior="isolated")
    return pre_tokenizers.Sequence([words, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


PRE_TOKENIZERS = {"smollm": _smollm, "llama-bpe": _llama3}
"""By `tokenizer.ggml.pre`: how text is cut before merges."""


def _sentence_pieces(tokens: list[str], scores: Sequence[float], kinds: Sequence[int]) -> Any:
    """SentencePiece's BPE, as Llama 2, TinyLlama and the first Mistral have it: bytes stand in for what has no token."""
    from tokenizers import Tokenizer, decoders, models, normalizers

    vocabulary = {token: i for i, token in enumerate(tokens)}
    unknown = next((token for token, kind in zip(tokens, kinds, strict=True) if kind == UNKNOWN_TOKEN), None)
    merges = merges_of(tokens, scores)
    model = models.BPE(vocab=vocabulary, merges=merges, unk_token=unknown, fuse_unk=True, byte_fallback=True)
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return tokenizer


def merges_of(tokens: Sequence[str], scores: Sequence[float]) -> list[tuple[str, str]]:
    """The merges in the order in which SentencePiece would make them: that of the scores of what they make, the best first.

    A vocabulary has no list of merges: every cut of a token into two others is one.
    """
    place = {token: i for i, token in enumerate(tokens)}
    found = [
        (-scores[i], place[token[:cut]], place[token[cut:]], token[:cut], token[cut:])
        for i, token in enumerate(tokens)
        for cut in range(1, len(token))
        if token[:cut] in place and token[cut:] in place
    ]
    return [(left, right) for *_, left, right in sorted(found)]


def _add_special(tokenizer: Any, tokens: list[str], kinds: Sequence[int]) -> None:
    from tokenizers import AddedToken

    by_kind = list(zip(tokens, kinds, strict=True))
    special = [token for token, kind in by_kind if kind in (CONTROL_TOKEN, UNKNOWN_TOKEN)]
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in special])
    added = [token for token, kind in by_kind if kind == USER_TOKEN]
    tokenizer.add_tokens([AddedToken(token, normalized=False, special=False) for token in added])


def _begin_with(tokenizer: Any, tokens: list[str], place: int) -> None:
    """Text begins with this token where the file says so; a conversation's template writes its own."""
    from tokenizers import processors

    first = tokens[place]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first} $A", pair=f"{first} $A {first} $B", special_tokens=[(first, place)]
    )


def _named_tokens(metadata: Mapping[str, Any], tokens: list[str]) -> dict[str, str]:
    """The tokens of the beginning, the end, and of padding; the end pads where a file names none."""
    places = {role: metadata.get(f"tokenizer.ggml.{key}_token_id") for role, key in ROLES.items()}
    named = {role: tokens[place] for role, place in places.items() if place is not None and place < len(tokens)}
    return {**named, "pad_token": named.get("pad_token", named["eos_token"])}


def _template(metadata: Mapping[str, Any]) -> dict[str, str]:
    """Nothing of a base model, which has none: `rollouts.policy` says so when it is asked for an answer."""
    found = metadata.get("tokenizer.chat_template")
    return {"chat_template": found} if found else {}


ROLES = {"bos_token": "bos", "eos_token": "eos", "pad_token": "padding"}
