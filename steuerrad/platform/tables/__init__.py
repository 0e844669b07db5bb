"""Tables in and out: CSV, XLSX and JSON, with every fault named by file, line and column.

Read with :func:`~steuerrad.platform.tables.read.open_table`, and files that people have filled in with
:func:`~steuerrad.platform.tables.filled.read_filled`; parse cells with the functions of
:mod:`~steuerrad.platform.tables.fields`, write with :mod:`~steuerrad.platform.tables.write`.
"""

from steuerrad.platform.tables.problems import Problem, Problems, TableProblem
from steuerrad.platform.tables.read import Row, TableReader, open_table
from steuerrad.platform.tables.table import Column, Table

__all__ = ["Column", "Problem", "Problems", "Row", "Table", "TableProblem", "TableReader", "open_table"]
