"""`steuerrad manage compile_translations`: .po to .mo, without the gettext tools."""

from typing import Any

from django.core.management.base import BaseCommand

from steuerrad.portal.translations import compile_catalogues


class Command(BaseCommand):
    help = "Compile the message catalogues that have changed."
    requires_system_checks = ()  # pyright: ignore[reportAssignmentType] - the stubs know only "__all__"

    def handle(self, *args: Any, **options: Any) -> None:
        for path in compile_catalogues():
            self.stdout.write(f"compiled {path.parent.parent.name}")
