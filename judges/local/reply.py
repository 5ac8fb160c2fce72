"""A local judge's reply as it is stored, read back."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from judges.calls import CallFailed, RawReply
from judges.rubric import CRITERIA
from judges.verdict import TOP_SCORE

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class Reading(BaseModel):
    """The answer to one question."""

    model_config = ConfigDict(frozen=True, strict=True)

    expected: Annotated[float, Field(ge=0, le=TOP_SCORE)]
    """The expected digit."""
    shares: Annotated[tuple[Share, ...], Field(min_length=TOP_SCORE + 1, max_length=TOP_SCORE + 1, strict=False)]
    """Each digit's share of the digits' probability."""
    mass: Share
    """The digits' share of all probability: a low one says that the model wanted to say something else."""


class Answered(BaseModel):
    """One reading a criterion, and the tokens it took."""

    model_config = ConfigDict(frozen=True, strict=True)

    model: str
    readings: Annotated[tuple[Reading, ...], Field(min_length=len(CRITERIA), max_length=len(CRITERIA), strict=False)]
    read: Count
    reused: Count


class TooLong(BaseModel):
    """The prompt is longer than what the model reads."""

    model_config = ConfigDict(frozen=True, strict=True)

    model: str
    too_long: str


_REPLY: TypeAdapter[Answered | TooLong] = TypeAdapter(Answered | TooLong)


def parse_reply(reply: RawReply) -> Answered | TooLong:
    """What the reply says. Raises CallFailed("protocol") when it is none of a local judge."""
    try:
        return _REPLY.validate_json(reply.body)
    except ValidationError as error:
        raise CallFailed("protocol", f"not a reply of a local judge: {error}", body=reply.body) from error
