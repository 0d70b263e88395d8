"""Filters that dress Django's form fields in KERN; used by base_field.html and other forms."""

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def field_kind(field: BoundField) -> str:
    """How a field is laid out: ``check``, ``choices``, ``select``, ``file`` or ``input``."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return "choices"
    if isinstance(widget, forms.SelectMultiple):
        return "multiple"
    if isinstance(widget, forms.Select):
        return "select"
    return "input"


@register.filter
def kern(field: BoundField) -> SafeString:
    """The field's widget with KERN classes, its hint and its error said to screen readers."""
    names = {
        "check": "kern-form-check__checkbox",
        "choices": "kern-form-check__checkbox",
        "select": "kern-form-input__select",
        "multiple": "kern-form-input__input baum-multiple",
        "input": "kern-form-input__input",
    }
    kind = field_kind(field)
    classes = [names[kind]]
    if isinstance(field.field.widget, forms.Textarea):
        classes.append("baum-textarea")
    if field.errors and kind in {"input", "select"}:
        classes.append(f"{names[kind]}--error")
    described = [f"{field.auto_id}_hint"] if field.help_text else []
    described += [f"{field.auto_id}_error"] if field.errors else []
    attrs: dict[str, str | bool] = {"class": " ".join(classes)}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if field.errors:
        attrs["aria-invalid"] = "true"
    return field.as_widget(attrs=attrs)
