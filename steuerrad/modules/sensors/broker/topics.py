"""Topics of the standard (OGC 18-088, clause 14): what a client may subscribe to, and where it may publish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from steuerrad.modules.sensors.sta.faults import BadRequest, NotSupported
from steuerrad.modules.sensors.sta.options import Options
from steuerrad.modules.sensors.sta.options import parse as parse_options
from steuerrad.modules.sensors.sta.paths import LONGEST_PATH, Path
from steuerrad.modules.sensors.sta.paths import parse as parse_path

ROOT = "v1.1/"
#: The one filter with a wildcard: every datastream's observations, each under the topic of its datastream.
EACH = "v1.1/+/Observations"
Kind = Literal["set", "entity", "property"]


@dataclass(frozen=True)
class Pattern:
    """What a topic stands for: everything in a set, one entity, or one property of it. each: see EACH."""

    topic: str
    kind: Kind
    path: Path
    options: Options
    each: bool = False

    @property
    def observed(self) -> bool:
        return self.path.entity.name == "Observation"


def pattern(topic: str) -> Pattern:
    """The meaning of a topic to subscribe to. Raises Fault."""
    if topic == EACH:
        return Pattern(topic, "set", parse_path("Observations"), Options(), each=True)
    if "+" in topic.partition("?")[0] or "#" in topic:
        raise NotSupported(f"of filters with wildcards there is {EACH} only", "topic")
    if not topic.startswith(ROOT) or len(topic) > LONGEST_PATH:
        raise BadRequest(f"topics begin with {ROOT}", "topic")
    text, _, query = topic.removeprefix(ROOT).partition("?")
    path = parse_path(unquote(text))
    options = parse_options(query, path.entity) if query else Options()
    if {name for name, _text in options.texts} - {"$select"}:
        raise NotSupported("of the options there is $select only", "topic")
    if not path.steps or path.ending or len(path.keys) > 1:
        raise BadRequest("a set, an entity or a property is meant", "topic")
    kind: Kind = "property" if path.keys else "set" if path.many else "entity"
    if query and kind == "property":
        raise BadRequest("a property is sent whole", "topic")
    return Pattern(topic, kind, path, options)


def creating(topic: str) -> str:
    """The path below the service root to which an observation that is published there is posted. Raises Fault."""
    if not topic.startswith(ROOT):
        raise BadRequest(f"topics begin with {ROOT}", "topic")
    text = unquote(topic.removeprefix(ROOT))
    path = parse_path(text)
    if not path.steps or path.entity.name != "Observation" or not path.many or path.keys or path.ending:
        raise BadRequest("only observations are created by MQTT", "topic")
    return text
