"""Import of 100,000 result rows into SQLite, against reading the same file with Python's csv module.

Run: .venv/bin/python bench/city_index_import.py [--rows 100000] [--runs 5]. Prints the median and the ratio.
Every run imports into a database of its own that is already migrated and holds the demo city.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def make_file(path: Path, rows: int) -> None:
    """Figures of all cities, categories and indicators of 2020, from as many sources as it takes."""
    from steuerrad.modules.city_index.models import Category, Index, IndexCity

    index = Index.objects.get()
    places = [
        (category.name, indicator.name)
        for category in Category.objects.filter(edition__index=index, edition__year=2020)
        for indicator in category.indicators.all()
    ]
    cities = list(IndexCity.objects.values_list("name", flat=True))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["city", "year", "category", "indicator", "score", "rank_if_known", "source", "note"])
        number = 0
        while number < rows:
            source = f"https://example.org/{number // (len(cities) * len(places))}"
            for city in cities:
                for category, indicator in places:
                    if number == rows:
                        return
                    score = f"{hash_of(city, indicator) / 10:.1f}"
                    writer.writerow([city, 2020, category, indicator, score, "", source, ""])
                    number += 1


def hash_of(*words: str) -> int:
    """A number from 0 to 1000 that is the same in every run."""
    return sum(ord(sign) * (place + 7) for place, sign in enumerate("".join(words))) % 1001


def parse_only(path: Path) -> float:
    start = time.perf_counter()
    with path.open(encoding="utf-8", newline="") as stream:
        for _ in csv.reader(stream):
            pass
    return time.perf_counter() - start


def import_once(path: Path, empty: Path, database: Path) -> float:
    from django.db import connection

    from steuerrad.modules.city_index.actions import import_results
    from steuerrad.modules.city_index.catalogue import read_catalogue
    from steuerrad.modules.city_index.importing import file_hash, make_plan
    from steuerrad.modules.city_index.models import Index
    from steuerrad.modules.city_index.reading import read_results

    connection.close()
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(empty, database)
    start = time.perf_counter()
    catalogue = read_catalogue(Index.objects.get())
    plan = make_plan(read_results(path, catalogue, name=path.name), catalogue)
    done = import_results(None, plan, catalogue, file=path.name, sha256=file_hash(path))
    seconds = time.perf_counter() - start
    if done is None or plan.problems:
        raise SystemExit(f"the benchmark's own file was not taken: {plan.problems}")
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="steuerrad-bench-") as folder:
        data = Path(folder)
        os.environ |= {"STEUERRAD_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "steuerrad.config.settings"}
        os.environ.pop("STEUERRAD_DATABASE_URL", None)
        sys.path.insert(0, str(ROOT))
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        from steuerrad.platform.city.loading import load_city

        call_command("migrate", verbosity=0)
        load_city("bochum")
        path, database, empty = data / "results.csv", data / "db.sqlite3", data / "loaded.sqlite3"
        make_file(path, options.rows)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.copyfile(database, empty)
        imports = [import_once(path, empty, database) for _ in range(options.runs)]
        parses = [parse_only(path) for _ in range(options.runs)]
        connection.close()
    took, parse = statistics.median(imports), statistics.median(parses)
    print(f"city_index import: {options.rows:,} rows, median of {options.runs} runs {took:.2f} s "
          f"({options.rows / took:,.0f} rows/s)")  # fmt: skip
    print(f"  runs: {', '.join(f'{seconds:.2f}' for seconds in imports)} s")
    print(f"  csv.reader alone on the same file: {parse:.3f} s; ratio {took / parse:.1f}")
    print(
        f"  target: under 10 s for 100,000 rows: {'met' if took * 100_000 / options.rows < 10 else 'MISSED'}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
