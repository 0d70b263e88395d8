"""Template tags for control states: the symbol as inline SVG and the table for JavaScript."""

import json
from functools import cache

from django import template
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from inspections.rules.states import STATES, STATES_FILE, SymbolPath

register = template.Library()

_PATH = '<path d="{}" fill="{}" stroke="{}" stroke-width="{}" stroke-dasharray="{}"/>'


def _drawing(paths: tuple[SymbolPath, ...]) -> SafeString:
    """The paths as SVG; values come from our own table."""
    return format_html_join(
        "",
        _PATH,
        (
            (p.d, p.fill, p.stroke or "none", p.stroke_width or 0, p.stroke_dasharray or "none")
            for p in paths
        ),
    )


@register.simple_tag
def state_label(code: str) -> str:
    """The state's words in the reader's language; ``immediate`` is the ring's."""
    row = STATES.immediate if code == "immediate" else STATES.by_code(code)
    return row.label_en if get_language() == "en" else row.label_de


@register.simple_tag
def state_symbol(code: str, immediate: bool = False, labelled: bool = False) -> SafeString:
    """The state's symbol as on the map; ``labelled`` where no words stand beside it.

    Same drawing as static/js/components/state_symbol.js, from the same table.
    """
    return _symbol(code, immediate, labelled, get_language() or "")


@cache
def _symbol(code: str, immediate: bool, labelled: bool, _language: str) -> SafeString:
    """Drawn once per state and language: lists show it on every row."""
    ring = _drawing(STATES.immediate.path) if immediate or code == "immediate" else ""
    inner = "" if code == "immediate" else _drawing(STATES.by_code(code).path)
    box = STATES.immediate.view_box if ring else STATES.view_box
    label = state_label(code)
    if immediate and code != "immediate":
        label = f"{label}, {state_label('immediate')}"
    spoken = format_html('role="img" aria-label="{}"', label)
    return format_html(
        '<svg class="state-symbol{}" viewBox="{}" {} focusable="false">{}{}</svg>',
        " state-symbol--ringed" if ring else "",
        box,
        spoken if labelled else SafeString('aria-hidden="true"'),
        inner,
        ring,
    )


@register.simple_tag
def state_shape(code: str) -> SafeString:
    """The paths of the state's symbol alone, for a drawing that places them itself."""
    return _drawing(STATES.by_code(code).path)


@register.simple_tag
def states_json() -> SafeString:
    """The whole table as ``<script type="application/json" id="states">``."""
    return json_script(json.loads(STATES_FILE.read_text(encoding="utf-8")), "states")
