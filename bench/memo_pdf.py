"""The memo of Bochum on the edition of 2020: from the tables to the tagged PDF, and to HTML alone.

Run: .venv/bin/python bench/memo_pdf.py [--runs 5]. Prints the medians and their ratio. The first run, which also
warms caches and fonts, is printed apart and does not count.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = 5.0


def seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory(prefix="steuerrad-bench-") as folder:
        os.environ |= {"STEUERRAD_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "steuerrad.config.settings"}
        os.environ.pop("STEUERRAD_DATABASE_URL", None)
        sys.path.insert(0, str(ROOT))
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        from steuerrad.modules.city_index.memo.collect import collect, find
        from steuerrad.modules.city_index.memo.layout import Edition, memo_document
        from steuerrad.platform.city.loading import load_city
        from steuerrad.platform.documents.html import html_fragment
        from steuerrad.platform.documents.model import Document
        from steuerrad.platform.documents.pdf import pdf_bytes

        call_command("migrate", verbosity=0)
        load_city("bochum")

        def document() -> Document:
            return memo_document(
                collect(*find("bochum", 2020)), Edition(day=date(2020, 10, 1), author="Bochum")
            )

        first = seconds(lambda: pdf_bytes(document()))
        pdf = [seconds(lambda: pdf_bytes(document())) for _ in range(runs)]
        html = [seconds(lambda: html_fragment(document())) for _ in range(runs)]
        facts = [seconds(document) for _ in range(runs)]
        connection.close()
    took, plain = statistics.median(pdf), statistics.median(html)
    print(f"memo PDF: median of {runs} runs {took:.2f} s, first run {first:.2f} s")
    print(f"  runs: {', '.join(f'{one:.2f}' for one in pdf)} s")
    print(f"  of which facts, statements and layout: {statistics.median(facts):.2f} s")
    print(f"  memo HTML: median {plain:.2f} s; ratio PDF to HTML {took / plain:.1f}")
    print(f"  target: under {TARGET:.0f} s: {'met' if took < TARGET else 'MISSED'}")
    return 0 if took < TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
