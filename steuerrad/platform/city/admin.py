from django.contrib import admin

from steuerrad.platform.city.models import City, Document

admin.site.register(City)
admin.site.register(Document)
