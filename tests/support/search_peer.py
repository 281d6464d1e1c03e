"""Tantivy with the entries of our search, asked the same questions: the engine that our search is measured beside.

It cuts texts into pairs of characters, gives titles that hold the words first and then other places, each by date, and
counts the same facets, all of them exactly. Its pairs bear no positions: a word of three and more is found where all of
its pairs are, in whatever order, which spares it the second look that ours takes.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import tantivy

PAGE: Final = 20
_FACETS: Final = ("class", "provider_uscc", "sharing_type", "open", "update_cycle", "level", "mounted", "format_groups")
_SHOWN: Final = ("code", "title", "provider_uscc")
_COLUMNS: Final = (
    "pk", "words", "sort_code", "published_at", "code", "title", "provider_uscc", "sharing_type", "open",
    "update_cycle", "level", "mounted", "format_groups",
)  # fmt: skip


class Peer:
    """An index of all entries, in a folder of the caller's."""

    def __init__(self, folder: Path):
        build = tantivy.SchemaBuilder()
        for name in ("words", "in_title"):
            build.add_text_field(name, tokenizer_name="pairs", index_option="basic")
        build.add_text_field("sort_code", tokenizer_name="raw", index_option="basic")
        for name in dict.fromkeys((*_SHOWN, *_FACETS)):
            build.add_text_field(name, stored=name in _SHOWN, fast=name in _FACETS, tokenizer_name="raw")
        build.add_integer_field("at", fast=True)
        self._folder = folder
        self._index = tantivy.Index(build.build(), path=str(folder))
        self._index.register_tokenizer(
            "pairs", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(2, 2, False)).build()
        )  # fmt: skip
        self._fill()
        self._searcher = self._index.searcher()

    def _fill(self) -> None:
        from jutong.supply.catalogue import models

        writer = self._index.writer(heap_size=500_000_000, num_threads=1)
        for row in models.SearchEntry.objects.values(*_COLUMNS).iterator(chunk_size=5_000):
            document = tantivy.Document()
            document.add_text("words", row["words"])
            document.add_text("in_title", row["title"])
            document.add_text("class", row["code"][:1])
            document.add_integer("at", round(row["published_at"].timestamp() * 1e6))
            for name in ("sort_code", *_SHOWN, *_FACETS[2:-1]):
                document.add_text(name, str(row[name]))
            for group in row["format_groups"]:
                document.add_text("format_groups", group)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    @property
    def size_bytes(self) -> int:
        return sum(each.stat().st_size for each in self._folder.iterdir())

    def page(self, text: str) -> list[str]:
        """The codes of a page, titles that hold the words first; what a page shows of each is read too."""
        hits = self._newest(self._asked(text, "in_title"), PAGE)
        if len(hits) < PAGE:
            elsewhere = [
                (tantivy.Occur.Must, self._asked(text, "words")),
                (tantivy.Occur.MustNot, self._asked(text, "in_title")),
            ]
            hits += self._newest(tantivy.Query.boolean_query(elsewhere), PAGE - len(hits))
        return [self._searcher.doc(address)["code"][0] for address in hits]

    def tally(self, text: str) -> tuple[int, dict[str, dict[str, int]]]:
        """How many answer, and how many each value of a facet would give."""
        asked = self._asked(text, "words")
        counted = self._searcher.aggregate(asked, {name: {"terms": {"field": name, "size": 500}} for name in _FACETS})
        facets = {name: {bucket["key"]: bucket["doc_count"] for bucket in counted[name]["buckets"]} for name in _FACETS}
        return sum(facets["class"].values()), facets

    def _newest(self, asked: Any, limit: int) -> list[Any]:
        return [address for _, address in self._searcher.search(asked, limit, count=False, order_by_field="at").hits]

    def _asked(self, text: str, place: str) -> Any:
        from jutong.supply.catalogue import queries

        words = [self._any(self._form(form, place) for form in word.forms) for word in queries.Search(text=text).words]
        return _all(words)

    def _any(self, forms: Iterator[Any]) -> Any:
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, form) for form in forms])

    def _form(self, form: str, place: str) -> Any:
        from jutong.supply.catalogue import domain

        term: Callable[[str, str], Any] = lambda name, value: tantivy.Query.term_query(self._index.schema, name, value)  # noqa: E731
        if domain.is_code(form):
            return term("sort_code", domain.sort_code(form)) if place == "words" else tantivy.Query.empty_query()
        return _all([term(place, part[at : at + 2]) for part in form.split() for at in range(len(part) - 1)])


def _all(parts: list[Any]) -> Any:
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, part) for part in parts])
