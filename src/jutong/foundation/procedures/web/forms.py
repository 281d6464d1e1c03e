"""The form of a transition, made from its declaration."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as N_

from jutong.foundation.procedures.values.cases import CaseValue
from jutong.foundation.procedures.values.declaration import Field, FieldKind, Transition
from jutong.foundation.procedures.values.inner import Mode, Verdict
from jutong.kernel.errors import JutongError
from jutong.kernel.policy import Post


class DayInput(forms.DateInput):
    input_type = "date"


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(each, initial) for each in given]


class TransitionForm(forms.Form):
    """What a transition asks for: its fields, a remark, files. Files already kept come back by their numbers."""

    seen_revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    kept = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2_000)

    def __init__(
        self,
        transition: Transition,
        case: CaseValue,
        data: QueryDict | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
        *,
        revision: int = 0,
        given: Mapping[str, Any] | None = None,
        inside: bool = False,
    ):
        """`given` fills the form; `inside` is the form of what first goes round the department, without files."""
        filled = {"seen_revision": revision, **(given or {})}
        super().__init__(data, files, prefix=transition.key, initial=filled)
        self.transition = transition
        for declared in transition.fields:
            self.fields[declared.name] = _control(declared, case)
        label = gettext(transition.remark.label)
        self.fields["remark"] = forms.CharField(
            label=label, required=transition.remark.required, widget=forms.Textarea(attrs={"rows": 3}), max_length=4_000
        )
        if not inside and (transition.attachments.at_least or transition.remark.required):
            # Required files may have been kept by an earlier try; the procedure counts them.
            self.fields["attachments"] = FilesField(label=gettext(transition.attachments.label), required=False)

    def given(self) -> dict[str, Any]:
        """The values of the declared fields, as the procedure reads them."""
        values = {}
        for declared in self.transition.fields:
            value = self.cleaned_data.get(declared.name)
            values[declared.name] = value.isoformat() if declared.kind is FieldKind.DATE and value else value
        return values

    def kept_files(self) -> list[str]:
        return [number for number in self.cleaned_data.get("kept", "").split(",") if number]

    def new_files(self) -> Sequence[UploadedFile]:
        return self.cleaned_data.get("attachments") or []

    def keep_on(self, numbers: Sequence[str]) -> None:
        """Remember files that were kept, so that they need not be chosen again after a mistake elsewhere."""
        filled = self.data.copy() if isinstance(self.data, QueryDict) else QueryDict(mutable=True)
        filled[self.add_prefix("kept")] = ",".join(numbers)
        self.data = filled

    def refuse(self, error: JutongError) -> None:
        """Put an error beside the field it names, or above the form."""
        self.add_error(error.field if error.field in self.fields else None, error.words(gettext))


class OpinionForm(forms.Form):
    """One opinion inside a department (审签意见)."""

    verdict = forms.ChoiceField(
        label=N_("意见"),
        choices=[(each.value, gettext_lazy(each.label)) for each in Verdict],
        widget=forms.RadioSelect,
        help_text=N_("需要修改的选“退回”，由送审人改好后重新送审。"),
    )
    remark = forms.CharField(
        label=N_("说明"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=N_("不同意或退回时必填。"),
    )


class SchemeStepForm(forms.Form):
    """One step of a department's scheme (内部流转环节); empty ones are left out."""

    title = forms.CharField(label=N_("环节名称"), required=False, max_length=30, help_text=N_("如“法规处会签”。"))
    posts = forms.MultipleChoiceField(
        label=N_("由哪些岗位审签"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=N_("勾选的岗位在本环节各提一次意见；不用的环节留空。"),
    )
    persons = forms.CharField(
        label=N_("或指定人员"),
        required=False,
        max_length=200,
        help_text=N_("填“人员编号”，多人用逗号分隔；本人不在岗时由同岗位人员代办。"),
    )
    mode = forms.ChoiceField(
        label=N_("通过条件"),
        choices=[(each.value, gettext_lazy(each.label)) for each in Mode],
        required=False,
        help_text=N_("只有一人审签时不起作用。"),
    )

    def __init__(self, *args: Any, posts: Sequence[Post], **options: Any):
        super().__init__(*args, **options)
        self.fields["posts"].choices = [(post.value, gettext(post.label)) for post in posts]  # type: ignore[attr-defined]

    @property
    def empty(self) -> bool:
        """Is nothing filled in?"""
        data = self.cleaned_data
        return not (data["title"].strip() or data["posts"] or data["persons"].strip())


class ValidFromForm(forms.Form):
    """From which day a scheme holds."""

    valid_from = forms.DateField(label=N_("生效日期"), required=False, widget=DayInput(), help_text=N_("留空为今天。"))


def _control(field: Field, case: CaseValue) -> forms.Field:
    common: dict[str, Any] = {"label": gettext(field.label), "required": field.required}
    if field.help:
        common["help_text"] = gettext(field.help)
    if field.kind is FieldKind.DATE:
        return forms.DateField(widget=DayInput(), **common)
    if field.kind is FieldKind.WHOLE:
        return forms.IntegerField(**common)
    if field.kind is FieldKind.YES_NO:
        return forms.BooleanField(**{**common, "required": False})
    if field.kind is FieldKind.CHOICE:
        return forms.ChoiceField(choices=[("", N_("请选择")), *_options(field, case)], **common)
    if field.kind is FieldKind.CHOICES:
        return forms.MultipleChoiceField(choices=_options(field, case), widget=forms.CheckboxSelectMultiple, **common)
    if field.kind is FieldKind.LONG_TEXT:
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=20_000, **common)
    return forms.CharField(max_length=500, **common)


def _options(field: Field, case: CaseValue) -> list[tuple[str, str]]:
    return [(value, gettext(label) if label else value) for value, label in field.options_for(case)]
