"""`steuerrad manage extract_translations`: bring the catalogues up to date with the source."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from steuerrad.portal.translations import update


class Command(BaseCommand):
    help = "Collect all texts from Python files and templates into the message catalogues."
    requires_system_checks = ()  # pyright: ignore[reportAssignmentType] - the stubs know only "__all__"

    def handle(self, *args: Any, **options: Any) -> None:
        for language, _name in settings.LANGUAGES:
            if language != "en":  # the source is English
                new, gone = update(language)
                self.stdout.write(f"{language}: {new} new, {gone} gone")
