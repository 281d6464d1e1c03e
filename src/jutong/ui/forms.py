"""Form controls in the look of the platform; the tags `field` and `fields` draw what stands around them."""

from typing import Any

from django import forms


def control_kind(widget: forms.Widget) -> str:
    """Which of our looks fits a widget: `check`, `choices`, `select`, `file`, `hidden` or `control`."""
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.Select):
        return "select"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "control"


# The class of a group of choices would land on the frame around them as well; the sheet styles those by place.
CLASSES = {"select": "form-select", "check": "form-check-input", "choices": "choice-list"}


def render_control(bound: forms.BoundField, **more: Any) -> str:
    """The control itself, tied to its help and its errors for people who hear the page."""
    widget = bound.field.widget
    kind = control_kind(widget)
    classes = [widget.attrs.get("class", ""), CLASSES.get(kind, "form-control")]
    attrs: dict[str, Any] = dict(more)
    described = []
    if bound.errors:
        classes.append("is-invalid")
        attrs["aria-invalid"] = "true"
        described.append(f"{bound.auto_id}_error")
    if bound.help_text:
        described.append(f"{bound.auto_id}_help")
    if described:
        attrs["aria-describedby"] = " ".join(described)
    attrs["class"] = " ".join(filter(None, classes))
    return bound.as_widget(attrs=attrs)
