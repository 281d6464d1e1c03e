"""Official papers (公文): one content, laid out after GB/T 9704-2012, as PDF for the archive and as DOCX to edit.

Papers are in Chinese whatever language the reader's pages speak: they are records, and go into files beside paper ones.

Two ways in, both in `api`:

    paper_as_pdf(paper, at=…) / paper_as_docx(paper, at=…)
        a `values.Paper` (title, number, blocks of facts, tables and text) in the official layout; both formats show the
        same content.
    pdf("overview/ledger.typ", data, at=…)
        a layout of a room's own: a typst file under that room's `templates/<room>/`, which finds `data` (anything JSON
        can hold) and the words of `documents/official.typ` (`official`, `fangsong`, `xiaobiaosong`, `grid`) already
        there.

Both return bytes and raise FontsMissing when this installation lacks the fonts it was shipped with, or LayoutBroken.
The fonts in `fonts/` hold all characters of GB 2312; a rarer one (in a person's name) comes from a font of this
machine, and where there is none it is printed as its number, 〔U+20BB7〕, never as an empty box.
"""
