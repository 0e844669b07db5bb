"""A chart specification as a figure of a document: the same picture as on the page, with its table."""

from steuerrad.platform.documents.model import Column, Figure, Table
from steuerrad.platform.ui.charts.draw import draw
from steuerrad.platform.ui.charts.specs import Chart


def chart_figure(spec: Chart, *, id: str = "", with_table: bool = True) -> Figure:  # noqa: A002 - as in the model
    """The chart drawn for paper; title and summary are the alternative text, its figures are the table."""
    values = spec.table()
    caption = f"{spec.title} ({spec.subtitle})" if spec.subtitle else spec.title
    source = f"{spec.source} {spec.source_url}".strip()
    columns = tuple(
        Column(header or "–", "right" if numeric else "left")
        for header, numeric in zip(values.header, values.numeric, strict=True)
    )
    rows = tuple((row[0].strip() or "–", *row[1:]) for row in values.rows)
    table = Table(values.caption, columns, rows, id=f"{id}-table" if id else "", note=source)
    alt = f"{caption}. {spec.summary()}"
    return Figure(draw(spec), alt, caption, id, table if with_table and rows else None)
