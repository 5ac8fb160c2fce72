"""GGUF files that are looked at before they are loaded, those that are refused, and the tokenizers that are made of them."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from rollouts.device import mx
from rollouts.errors import ModelError
from rollouts.gguf import import_gguf
from rollouts.gguf_file import read_gguf, unknown_kinds
from rollouts.gguf_names import refuse_unknown, renamed
from rollouts.gguf_tokenizer import merges_of, write_tokenizer
from rollouts.policy import load_policy
from tests.rollouts.gguf_world import HIDDEN, PIECES, metadata, weights, write_gguf


def refusal(file: Path, target: Path) -> str:
    with pytest.raises(ModelError) as caught:
        import_gguf(file, target)
    assert caught.value.hint
    assert not target.exists()
    return str(caught.value)


def test_the_beginning_says_what_mlx_reads(tmp_path: Path) -> None:
    found = read_gguf(write_gguf(tmp_path / "small.gguf"))
    assert found.architecture == "llama"
    assert {tensor.name for tensor in found.tensors} == weights().keys()
    assert found.metadata["tokenizer.ggml.tokens"] == PIECES
    assert found.metadata["llama.embedding_length"] == HIDDEN
    assert sum(tensor.weights for tensor in found.tensors) == sum(value.size for value in weights().values())
    assert list(unknown_kinds(found.tensors)) == []


def test_what_it_will_take_is_told_before(tmp_path: Path) -> None:
    file = write_gguf(tmp_path / "small.gguf")
    import_gguf(file, tmp_path / "made")
    taken = (tmp_path / "made" / "model.safetensors").stat().st_size
    assert taken * 0.9 < read_gguf(file).imported_bytes < taken * 1.5


@pytest.mark.parametrize("share", [0.0001, 0.01, 0.3, 0.7, 0.99])
def test_a_file_that_is_cut_off(tmp_path: Path, share: float) -> None:
    file = write_gguf(tmp_path / "small.gguf")
    file.write_bytes(file.read_bytes()[: max(5, int(share * file.stat().st_size))])
    with pytest.raises(ModelError, match="cut off or damaged") as caught:
        read_gguf(file)
    assert caught.value.hint


def test_counts_gone_wrong_end_soon(tmp_path: Path) -> None:
    file = write_gguf(tmp_path / "small.gguf")
    body = bytearray(file.read_bytes())
    body[8:24] = b"\xff" * 16
    file.write_bytes(body)
    with pytest.raises(ModelError, match="cut off or damaged"):
        read_gguf(file)


@pytest.mark.parametrize(
    ("body", "words"), [(b"", "not a GGUF"), (b"PK\x03\x04", "not a GGUF"), (b"GGUF\x01\0\0\0", "version 1")]
)
def test_other_files(tmp_path: Path, body: bytes, words: str) -> None:
    (tmp_path / "other.gguf").write_bytes(body)
    with pytest.raises(ModelError, match=words):
        read_gguf(tmp_path / "other.gguf")
    with pytest.raises(ModelError, match="no file"):
        read_gguf(tmp_path / "absent.gguf")


def entry(key: bytes, value: bytes) -> bytes:
    return struct.pack("<Q", len(key)) + key + value


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(entry(b"general.alignment", struct.pack("<II", 4, 0)), id="an alignment of nothing"),
        pytest.param(entry(b"general.alignment", struct.pack("<IQ", 8, 3) + b"abc"), id="an alignment in words"),
        pytest.param(entry(b"deep", struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 5000), id="lists in lists"),
    ],
)
def test_what_no_program_writes(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "odd.gguf").write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + body)
    with pytest.raises(ModelError, match="cut off or damaged"):
        read_gguf(tmp_path / "odd.gguf")


def test_one_part_of_several_files_is_no_model(tmp_path: Path) -> None:
    part = {name: value for name, value in weights().items() if name != "blk.0.ffn_down.weight"}
    assert refusal(write_gguf(tmp_path / "part.gguf", part), tmp_path / "target").endswith(
        "lacks the tensor blk.0.ffn_down.weight."
    )


def test_an_unknown_tensor_is_named(tmp_path: Path) -> None:
    file = write_gguf(tmp_path / "odd.gguf", weights(**{"blk.0.attn_q_norm.weight": mx.zeros((8,))}))
    words = refusal(file, tmp_path / "target")
    assert words == "the tensor blk.0.attn_q_norm.weight has no place in a model of the architecture llama."


@pytest.mark.parametrize(
    "name", ["blk.0.ffn_gate_exps.weight", "blk.x.attn_q.weight", "vision.weight", "blk.0.attn_q.bias", "odd"]
)
def test_names_without_a_place(name: str) -> None:
    with pytest.raises(ModelError, match=name):
        renamed(name, "llama")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"general__architecture": "qwen2"}, "is a qwen2 model"),
        ({"llama__expert_count": mx.array(8, mx.uint32)}, "mixture of experts"),
        ({"llama__block_count": None}, "does not tell llama.block_count"),
        ({"llama__rope__scaling__type": "yarn"}, "yarn"),
        ({"tokenizer__ggml__model": "gpt2", "tokenizer__ggml__pre": "tekken"}, "gpt2/tekken"),
        ({"tokenizer__ggml__scores": None}, "lacks scores"),
        ({"tokenizer__ggml__eos_token_id": None}, "lacks eos_token_id"),
        ({"tokenizer__ggml__eos_token_id": mx.array(9999, mx.uint32)}, "eos_token_id do not fit its 265 tokens"),
        ({"tokenizer__ggml__token_type": mx.array([1], mx.int32)}, "token_type do not fit"),
        ({"tokenizer__ggml__scores": mx.array([1.0, 2.0], mx.float32)}, "scores do not fit"),
        ({"tokenizer__ggml__tokens": mx.array(3, mx.uint32)}, "is not known"),
        ({"llama__attention__head_count": mx.array([4, 2], mx.uint32)}, "no one number for llama.attention.head_count"),
        ({"llama__block_count": mx.array(2**32 - 1, mx.uint32)}, "lacks the tensor blk.1.attn_norm.weight"),
    ],
)
def test_models_that_cannot_be_imported(tmp_path: Path, changed: dict[str, Any], words: str) -> None:
    changed = {key.replace("__ggml__", ".ggml.").replace("__", "."): value for key, value in changed.items()}
    file = write_gguf(tmp_path / "other.gguf", **changed)
    assert words in refusal(file, tmp_path / "target")


def test_sizes_are_asked_for_by_name() -> None:
    told = metadata(**{"llama.embedding_length": None})
    with pytest.raises(ModelError, match=r"llama\.embedding_length"):
        refuse_unknown("a.gguf", told, [])


def test_a_file_with_pieces_is_loaded_and_answers(tmp_path: Path) -> None:
    import_gguf(write_gguf(tmp_path / "small.gguf"), tmp_path / "made")
    policy = load_policy(tmp_path / "made")
    tokens = policy.tokenizer.encode("ab abab", add_special_tokens=False)
    assert policy.model(mx.array([tokens])).shape == (1, len(tokens), len(PIECES))
    config = json.loads((tmp_path / "made" / "config.json").read_text())
    assert (config["num_key_value_heads"], config["rope_theta"], config["tie_word_embeddings"]) == (4, 10000.0, True)


def test_a_base_model_has_no_template(tmp_path: Path) -> None:
    import_gguf(write_gguf(tmp_path / "base.gguf", **{"tokenizer.chat_template": None}), tmp_path / "made")
    with pytest.raises(ModelError, match="no chat template"):
        load_policy(tmp_path / "made")


@pytest.mark.parametrize("factor", [8.0, 32.0])
def test_the_positions_of_llama_3(tmp_path: Path, factor: float) -> None:
    """The divisors in the file are those that mlx-lm makes of the setting that is written for them."""
    from mlx_lm.models.rope_utils import initialize_rope

    setting = {
        "rope_type": "llama3", "factor": factor, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
    }  # fmt: skip
    rope = initialize_rope(64, 500_000.0, True, setting, 131_072)
    divisors = rope._freqs / (500_000.0 ** (mx.arange(0, 64, 2) / 64))
    changed = {
        "llama.rope.freq_base": mx.array(500_000.0, mx.float32),
        "llama.attention.key_length": mx.array(64, mx.uint32),
    }
    wide = {f"blk.0.attn_{part}.weight": mx.zeros((256, HIDDEN)) for part in "qkv"}
    tensors = weights(**{"rope_freqs.weight": divisors}, **wide, **{"blk.0.attn_output.weight": mx.zeros((HIDDEN, 256))})
    import_gguf(write_gguf(tmp_path / "three.gguf", tensors, **changed), tmp_path / "made")
    assert json.loads((tmp_path / "made" / "config.json").read_text())["rope_scaling"] == setting
    load_policy(tmp_path / "made")
    tensors["rope_freqs.weight"] = divisors * 1.1
    words = refusal(write_gguf(tmp_path / "other.gguf", tensors, **changed), tmp_path / "other")
    assert "rope_freqs.weight" in words


def test_merges_in_the_order_of_their_scores() -> None:
    tokens, scores = ["a", "b", "c", "ab", "bc", "abc"], [0.0, 0.0, 0.0, -2.0, -1.0, -3.0]
    assert merges_of(tokens, scores) == [("b", "c"), ("a", "b"), ("a", "bc"), ("ab", "c")]


def test_pieces_are_those_of_sentencepiece(tmp_path: Path) -> None:
    """A SentencePiece model trained here, and the tokenizer that is made of its vocabulary, agree on code and on bytes."""
    sentencepiece = pytest.importorskip("sentencepiece")
    from tokenizers import Tokenizer

    text = Path(import_gguf.__code__.co_filename).read_text()
    (tmp_path / "text").write_text(text)
    sentencepiece.SentencePieceTrainer.train(
        input=str(tmp_path / "text"), model_prefix=str(tmp_path / "pieces"), vocab_size=500, model_type="bpe",
        byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False, minloglevel=2,
    )  # fmt: skip
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(tmp_path / "pieces.model"))
    count = pieces.get_piece_size()
    kinds = [2 if pieces.is_unknown(i) else 3 if pieces.is_control(i) else 6 if pieces.is_byte(i) else 1 for i in range(count)]
    told = {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": [pieces.id_to_piece(i) for i in range(count)],
        "tokenizer.ggml.scores": [pieces.get_score(i) for i in range(count)],
        "tokenizer.ggml.token_type": kinds,
        "tokenizer.ggml.bos_token_id": pieces.bos_id(),
        "tokenizer.ggml.eos_token_id": pieces.eos_id(),
        "llama.context_length": 128,
    }
    write_tokenizer(told, tmp_path)
    made = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    for line in [*text.splitlines(), "été 🦀", "  two  spaces"]:
        if line:
            assert made.encode(line, add_special_tokens=False).ids == pieces.encode(line), line
            assert made.decode(made.encode(line, add_special_tokens=False).ids) == line
    assert made.encode("a").ids[0] == pieces.bos_id()


def test_llama_3_cuts_words_and_numbers(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, pre_tokenizers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    told = {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "llama-bpe",
        "tokenizer.ggml.tokens": [*alphabet, "<end>"],
        "tokenizer.ggml.token_type": [*[1] * len(alphabet), 3],
        "tokenizer.ggml.merges": [],
        "tokenizer.ggml.eos_token_id": len(alphabet),
        "llama.context_length": 128,
    }
    write_tokenizer(told, tmp_path)
    made = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    cut = [word for word, _ in made.pre_tokenizer.pre_tokenize_str("local x = 12345\n\n  end")]
    assert cut == ["local", "Ġx", "Ġ=", "Ġ", "123", "45", "ĊĊ", "Ġ", "Ġend"]
    assert made.decode(made.encode("été 🦀\n").ids) == "été 🦀\n"
