"""Mistakes with models: names, folders, files."""

import struct

from tests.rft.mistakes import WRONG_INPUT, Mistake, Prepare, World

MAGIC, VERSION, TEXT, ALIGNMENT = b"GGUF", 3, 8, 32


def named(model: str) -> Prepare:
    """The configuration names this model."""

    def prepare(world: World) -> None:
        world.change("rft.toml", "tiny-random", model)
        world.trust_tasks()

    return prepare


def empty_folder(world: World) -> None:
    (world.folder / "my-model").mkdir()
    named("./my-model")(world)


def without_weights(world: World) -> None:
    world.write("my-model/config.json", "{}")
    named("./my-model")(world)


def _text(words: str) -> bytes:
    return struct.pack("<Q", len(words)) + words.encode()


def gguf_of(architecture: str) -> bytes:
    """A file without tensors that says what it is."""
    head = MAGIC + struct.pack("<IQQ", VERSION, 0, 1)
    content = head + _text("general.architecture") + struct.pack("<I", TEXT) + _text(architecture)
    return content.ljust(-(-len(content) // ALIGNMENT) * ALIGNMENT, b"\0")


def unknown_architecture(world: World) -> None:
    world.write("rwkv.gguf", gguf_of("rwkv7"))


def cut_off(world: World) -> None:
    world.write("cut.gguf", gguf_of("llama")[:60])


def no_gguf(world: World) -> None:
    world.write("model.gguf", "<!DOCTYPE html><html>404</html>")


MODELS = [
    Mistake(
        "the model folder is not there",
        "rft run",
        WRONG_INPUT,
        "there is no model folder",
        "no-model",
        "Set `model` to",
        named("./no-model"),
    ),
    Mistake(
        "the model folder is empty",
        "rft run",
        WRONG_INPUT,
        "is not a model folder",
        r"my-model.*config\.json",
        "mlx_lm.convert",
        empty_folder,
    ),
    Mistake(
        "the model folder has no weights",
        "rft run",
        WRONG_INPUT,
        "is not a model folder",
        r"my-model.*safetensors",
        "mlx_lm.convert",
        without_weights,
    ),
    Mistake(
        "a built-in model is misspelt",
        "rft models show smolm2",
        WRONG_INPUT,
        "nothing is known of a model",
        "'smolm2'",
        "rft models list",
    ),
    Mistake(
        "a model of the Hub without network",
        "rft run",
        WRONG_INPUT,
        "is not whole on this machine",
        "mlx-community/Qwen-Nope",
        "Unset HF_HUB_OFFLINE|Go online",
        named("mlx-community/Qwen-Nope"),
    ),
    Mistake(
        "a model is fetched without network",
        "rft models get owner/name",
        WRONG_INPUT,
        "is not whole on this machine",
        "owner/name",
        "Unset HF_HUB_OFFLINE|Go online",
    ),
    Mistake(
        "a name that the Hub cannot have",
        "rft models get 'owner/na me'",
        WRONG_INPUT,
        "no model on the Hub has such a name",
        "owner/na me",
        "A name is owner/name",
    ),
    Mistake(
        "a GGUF of a family that is not read",
        "rft models import-gguf rwkv.gguf",
        WRONG_INPUT,
        "rwkv7",
        r"rwkv\.gguf",
        "llama",
        unknown_architecture,
    ),
    Mistake(
        "a GGUF that was cut off",
        "rft models import-gguf cut.gguf",
        WRONG_INPUT,
        "is cut off or damaged",
        r"cut\.gguf",
        "Fetch the file again",
        cut_off,
    ),
    Mistake(
        "an error page called GGUF",
        "rft models import-gguf model.gguf",
        WRONG_INPUT,
        "is not a GGUF file",
        r"model\.gguf",
        "fetch it again",
        no_gguf,
    ),
    Mistake(
        "a GGUF that is not there",
        "rft models import-gguf llama.gguf",
        WRONG_INPUT,
        "there is no file",
        r"llama\.gguf",
        r"Give the path of a \.gguf file",
    ),
    Mistake(
        "a folder is listed that is not there",
        "rft models list nowhere",
        WRONG_INPUT,
        "there is no folder",
        "nowhere",
        "A folder in mlx-lm's format",
    ),
    Mistake(
        "the self-test of a model that is not there",
        "rft doctor --selftest --model ./no-model",
        WRONG_INPUT,
        "there is no model folder",
        "no-model",
        "smollm2",
    ),
]
