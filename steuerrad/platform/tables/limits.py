"""How large a file may be before it is refused."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """size: bytes of the file. unpacked, strings: bytes of all parts of a workbook, and of its list of texts, which is
    held in memory. elements: XML elements of a part, which bound the time it takes. rows: of all
    sheets that are read, None = any. cell: characters."""

    size: int = 200 * MIB
    unpacked: int = 400 * MIB
    strings: int = 80 * MIB
    elements: int = 60_000_000
    rows: int | None = None
    columns: int = 1000
    sheets: int = 250
    cell: int = 131_072

    @property
    def size_mb(self) -> int:
        return self.size // MIB


#: A table that the product reads row by row.
ANY = Limits()
#: A file that a person has filled in. A cell of Excel holds 32,767 characters.
FILLED = Limits(
    size=20 * MIB,
    unpacked=100 * MIB,
    strings=20 * MIB,
    elements=2_000_000,
    rows=5000,
    sheets=100,
    cell=32_767,
)
