"""SVG figures: accepted only if they are pictures and nothing else, and drawn the same everywhere."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

from steuerrad.platform.documents.model import DocumentProblem

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
ELEMENTS = frozenset(
    [
        "svg",
        "g",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "title",
        "desc",
        "defs",
        "pattern",
        "linearGradient",
        "radialGradient",
        "stop",
        "clipPath",
        "mask",
        "marker",
        "use",
        "symbol",
    ]
)
LARGEST_SVG = 4_000_000  # characters
DEEPEST_NESTING = 60
DEFAULT_SIZE = (640.0, 360.0)
_REFERENCE = re.compile(r"url\(\s*['\"]?#([^'\")]+)['\"]?\s*\)")
_LENGTH = re.compile(r"([0-9]*\.?[0-9]+)(?:px)?")


def _parsed(svg: str) -> ET.Element:
    if len(svg) > LARGEST_SVG:
        raise DocumentProblem(f"a figure has more than {LARGEST_SVG:,} characters of SVG")
    if "<!DOCTYPE" in svg or "<!ENTITY" in svg:
        raise DocumentProblem("a figure's SVG has a document type; that is not allowed")
    try:
        root = ET.fromstring(svg.strip())  # noqa: S314 - entities and document types are refused above
    except ET.ParseError as error:
        raise DocumentProblem(f"a figure's SVG is not well-formed ({error})") from None
    if root.tag != f"{{{SVG}}}svg":
        raise DocumentProblem("a figure's SVG has another root or lacks the SVG namespace")
    return root


def _attribute(name: str, value: str, prefix: str) -> tuple[str, str] | None:
    """The attribute with ids prefixed, or None where it is left out. Refuses what can act or load."""
    local = name.rpartition("}")[2]
    if local.lower().startswith("on") or local in ("style", "src", "base"):
        raise DocumentProblem(f"a figure's SVG has the attribute '{local}', which is not allowed")
    if local == "href":
        if not value.startswith("#"):
            raise DocumentProblem("a figure's SVG refers to something outside itself")
        return "href", f"#{prefix}{value[1:]}"
    if name.startswith("{") and local not in ("space", "lang"):
        return None
    if local == "id":
        return "id", prefix + value
    if local in ("aria-labelledby", "aria-describedby"):
        return local, " ".join(prefix + part for part in value.split())
    if "url(" in value.lower() and not _REFERENCE.search(value):
        raise DocumentProblem("a figure's SVG refers to something outside itself")
    return name, _REFERENCE.sub(lambda found: f"url(#{prefix}{found[1]})", value)


def _cleaned(
    element: ET.Element, prefix: str, clean: Callable[[str], str] = str, depth: int = 0
) -> ET.Element:
    if depth > DEEPEST_NESTING:
        raise DocumentProblem("a figure's SVG is nested too deeply")
    space, _, local = str(element.tag).rpartition("}")
    if space != f"{{{SVG}" or local not in ELEMENTS:
        raise DocumentProblem(f"a figure's SVG has the element '{local[:40]}', which is not allowed")
    copy = ET.Element(local)
    copy.text = clean(element.text) if element.text else None
    copy.tail = clean(element.tail) if element.tail and element.tail.strip() else element.tail
    for name, value in element.attrib.items():
        kept = _attribute(name, value, prefix)
        if kept is not None:
            copy.set(*kept)
    for child in element:
        copy.append(_cleaned(child, prefix, clean, depth + 1))
    return copy


def _size(root: ET.Element) -> tuple[float, float]:
    box = root.get("viewBox", "").replace(",", " ").split()
    if len(box) == 4:
        try:
            width, height = float(box[2]), float(box[3])
        except ValueError:
            width = height = 0.0
        if 0 < width < 1e5 and 0 < height < 1e5:
            return width, height
    found = [_LENGTH.fullmatch(root.get(name, "")) for name in ("width", "height")]
    if found[0] and found[1] and float(found[0][1]) > 0 and float(found[1][1]) > 0:
        return float(found[0][1]), float(found[1][1])
    return DEFAULT_SIZE


def picture(svg: str, prefix: str = "", clean: Callable[[str], str] = str) -> tuple[str, tuple[float, float]]:
    """The SVG as safe, self-contained source and its (width, height) in CSS pixels.

    ``prefix`` goes before every id, so that several figures fit on one page; ``clean`` makes each text one that the
    fonts at hand can draw. Raises DocumentProblem for
    scripts, styles, outside references and anything that is not a drawing.
    """
    root = _cleaned(_parsed(svg), prefix, clean)
    width, height = _size(root)
    root.set("xmlns", SVG)
    root.set("viewBox", root.get("viewBox") or f"0 0 {width:g} {height:g}")
    root.tail = None
    return ET.tostring(root, encoding="unicode"), (width, height)


def labelled(svg: str, prefix: str, alt: str) -> str:
    """The SVG for a page: one image whose name is the alternative text."""
    root = _cleaned(_parsed(svg), prefix)
    root.set("xmlns", SVG)
    for name in ("aria-labelledby", "aria-describedby", "aria-hidden"):
        root.attrib.pop(name, None)
    root.set("role", "img")
    root.set("aria-label", alt)
    root.tail = None
    return ET.tostring(root, encoding="unicode")
