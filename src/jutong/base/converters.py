"""Parts of addresses that many rooms share. Importing this module makes them known to `django.urls.path`."""

from django.urls import register_converter

from jutong.kernel.codes.resource_code import ResourceCode, ResourceCodeError


class ResourceCodeConverter:
    """A data resource code in an address: `resources/<resource_code:code>/` for `resources/303001/1/`."""

    regex = "[123][0-9]{5,37}/[0-9]{1,12}"

    def to_python(self, value: str) -> str:
        """The code in canonical writing; ValueError, which means "no such page", for what is no code."""
        try:
            return str(ResourceCode.parse(value))
        except ResourceCodeError as fault:
            raise ValueError(value) from fault

    def to_url(self, value: str) -> str:
        return str(value)


register_converter(ResourceCodeConverter, "resource_code")
