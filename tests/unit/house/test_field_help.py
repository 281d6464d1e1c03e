"""Every field that an official fills has a help text, or a name so plain that it needs none."""

import importlib
import pkgutil
from collections.abc import Iterator

from django import forms

import jutong
from jutong.foundation.procedures.values.procedure import every_procedure

# Named for what is to be typed; a help text would only say it again.
PLAIN = {
    "SearchForm": {"first_day", "last_day"},
    "SpanForm": {"first_day", "last_day"},
    "HabitsForm": {"quiet_from"},
    "AbsenceForm": {"kind"},
    "HandoverForm": {"person_no"},
    "ContactForm": {"address"},  # label and help follow the channel
    # Columns of tables; the card around them explains them once.
    "ItemRow": {
        "title", "column_name", "data_type", "key", "nullable", "sensitivity", "identifier", "controlled", "basic",
        "code_list", "sharing_type",
    },
    # The card above says that a refusal needs these.
    "SeveralForm": {"reason", "legal_basis"},
    "BasisRow": {"kind", "title", "number", "article", "in_force_from", "in_force_to"},
}  # fmt: skip
# Lists to choose from whose entries explain themselves, and second tellings of what stands above.
PLAIN_DECLARED = {"gaps", "ground", "reason", "legal_basis"}


def every_form() -> list[type[forms.Form]]:
    """The forms of all pages."""
    for module in pkgutil.walk_packages(jutong.__path__, "jutong."):
        if ".web" in module.name:
            importlib.import_module(module.name)
    return sorted(
        {form for form in _below(forms.Form) if form.__module__.startswith("jutong.")},
        key=lambda form: (form.__module__, form.__name__),
    )


def _below(form: type[forms.Form]) -> Iterator[type[forms.Form]]:
    for each in form.__subclasses__():
        yield each
        yield from _below(each)


def bare(form: type[forms.Form]) -> set[str]:
    return {
        name for name, field in form.base_fields.items() if not field.help_text and not field.widget.is_hidden
    }  # fmt: skip


def test_each_field_of_a_page_has_help_or_a_plain_name():
    without = {
        f"{form.__module__}.{form.__name__}": left
        for form in every_form()
        if (left := bare(form) - PLAIN.get(form.__name__, set()))
    }

    assert without == {}


def test_no_exemption_has_outlived_its_field():
    forms_by_name = {form.__name__: bare(form) for form in every_form()}

    left_over = {name: fields - forms_by_name.get(name, set()) for name, fields in PLAIN.items()}

    assert {name: fields for name, fields in left_over.items() if fields} == {}


def test_each_field_of_a_transition_has_help_or_a_plain_name():
    without = {
        (procedure.name, way.key, field.name)
        for procedure in every_procedure()
        if procedure.__module__.startswith("jutong.")
        for way in procedure.all_transitions()
        for field in way.fields
        if not field.help and field.name not in PLAIN_DECLARED
    }

    assert without == set()
