"""Tables of the index."""

from steuerrad.modules.city_index.models.editions import (
    Category,
    Edition,
    Index,
    Indicator,
    IndicatorMapping,
    MethodBreak,
)
from steuerrad.modules.city_index.models.memos import Memo, MemoText, TypedReport, TypedRow, TypedStatement
from steuerrad.modules.city_index.models.results import Aggregate, Import, IndexCity, RawValue, Result

__all__ = [
    "Aggregate",
    "Category",
    "Edition",
    "Import",
    "Index",
    "IndexCity",
    "Indicator",
    "IndicatorMapping",
    "Memo",
    "MemoText",
    "MethodBreak",
    "RawValue",
    "Result",
    "TypedReport",
    "TypedRow",
    "TypedStatement",
]
