"""The city and its documents, to look at: they come from the city's folder."""

from django.contrib import admin

from steuerrad.platform.audit.admin_log import ReadOnlyAdmin
from steuerrad.platform.city.models import City, Document

admin.site.register((City, Document), ReadOnlyAdmin)
