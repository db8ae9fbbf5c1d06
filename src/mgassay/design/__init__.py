"""Conditions -> blocks, arms and backgrounds; which questions they answer."""

from mgassay.design.arms import ACELLULAR_ARMS, LIVE_ARMS, Arms
from mgassay.design.backgrounds import backgrounds_of
from mgassay.design.blocks import Block, blocks_of
from mgassay.design.days import day_number, days_named, harvest_days, in_order, primary_day, same_days
from mgassay.design.doses import DoseArms, doses_of
from mgassay.design.filling import Question, arms_of, primary_question
from mgassay.design.late import LateArms, late_arms_of
from mgassay.design.levels import is_among, is_level
from mgassay.design.phosphate import phosphate_comparators
from mgassay.design.questions import arms_of_blocks, plain_arms, primary_rows, questions_of, steps_of

__all__ = [
    "ACELLULAR_ARMS",
    "LIVE_ARMS",
    "Arms",
    "Block",
    "DoseArms",
    "LateArms",
    "Question",
    "arms_of",
    "arms_of_blocks",
    "backgrounds_of",
    "blocks_of",
    "day_number",
    "days_named",
    "doses_of",
    "harvest_days",
    "in_order",
    "is_among",
    "is_level",
    "late_arms_of",
    "phosphate_comparators",
    "plain_arms",
    "primary_day",
    "primary_question",
    "primary_rows",
    "questions_of",
    "same_days",
    "steps_of",
]
