from steuerrad.modules.campaign.tests.conftest import stage  # noqa: F401 - the questionnaire
from steuerrad.platform.notifications.tests.conftest import _server, post  # noqa: F401 - the real SMTP server
