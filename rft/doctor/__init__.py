"""`rft doctor`: what this machine has and lacks, tried out where that can be, each problem with its fix."""

from rft.doctor.examination import examine
from rft.doctor.finding import Examination, Finding

__all__ = ["Examination", "Finding", "examine"]
