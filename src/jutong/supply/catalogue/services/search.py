"""The words by which resources are found."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db.models import Func, TextField, Value

from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models, queries


def index_words(resource: models.Resource) -> None:
    """Write the index of a resource's search text."""
    lexemes = Value(sorted(domain.bigrams(resource.search_text)), output_field=ArrayField(TextField()))
    vector = Func(lexemes, function="array_to_tsvector", output_field=SearchVectorField())
    models.Resource.objects.filter(pk=resource.pk).update(search_vector=vector)


def reindex(*, provider_uscc: str) -> int:
    """Write the search words of a provider's resources anew, after it got another name; gives how many."""
    title = organisations.titles([provider_uscc]).get(provider_uscc, "")
    rows = models.Resource.objects.filter(provider_uscc=provider_uscc).prefetch_related("items")
    for row in rows:
        row.search_text = domain.search_text(queries.content_of(row), row.code, title)
        row.save(update_fields=["search_text"])
        index_words(row)
    return len(rows)
