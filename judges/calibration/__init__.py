"""Whether a judge can be believed: its scores beside executed tests, its steadiness, and what flattery does to it."""

from judges.calibration.canary import CANARY_SIZE, Drift, canary_requests, drift
from judges.calibration.card import CalibrationCard, Line, Subject
from judges.calibration.items import Answer, CalibrationItem, Material, make_items
from judges.calibration.opinion import Opinion
from judges.calibration.permission import Permission, permission
from judges.calibration.run import JudgeMany, calibrate, requests_of
from judges.calibration.store import find_card, save_card

__all__ = [
    "CANARY_SIZE",
    "Answer",
    "CalibrationCard",
    "CalibrationItem",
    "Drift",
    "JudgeMany",
    "Line",
    "Material",
    "Opinion",
    "Permission",
    "Subject",
    "calibrate",
    "canary_requests",
    "drift",
    "find_card",
    "make_items",
    "permission",
    "requests_of",
    "save_card",
]
