"""A picture as one HTML page: the SVG, and the same as tables, to be read or heard."""

from __future__ import annotations

from html import escape

from milepost.drawing.content import TRACK_TITLES, Card, Column, Content
from milepost.drawing.scene import Scene
from milepost.drawing.svg import clean, svg_of

_HEADS = ("Step", "Track", "Who, when and where it leads", "After")
_LABELS = ("Track", "", "After")  # on a phone, where the table is a list of cards
_STYLE = """
:root{color-scheme:light}
body{margin:0;font:16px/1.45 'Source Sans 3','Segoe UI',Helvetica,Arial,sans-serif;
color:#17212b;background:#fff}
main{max-width:1600px;margin:0 auto;padding:1rem}
svg{width:100%;height:auto;min-width:1100px;display:block}
.sheet{overflow-x:auto;border:1px solid #d5dce3}
.cue{display:none;color:#435261}
.title{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.sheet:focus-visible{outline:3px solid #1d5fa8}
table{border-collapse:collapse;width:100%;margin:.4rem 0 1.6rem}
th,td{border:1px solid #9aa7b3;padding:.35rem .6rem;text-align:left;vertical-align:top}
thead th{background:#e9f1f9}
h2{margin-top:2rem}h3{margin-bottom:.2rem}
.note{color:#435261;font-style:italic}
@media (max-width:1134px){.cue{display:block}}
@media (max-width:46rem){table,tbody,tr,th,td{display:block}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table{overflow-wrap:anywhere}tr{border:1px solid #9aa7b3;margin:.5rem 0;padding:.35rem .6rem}
th,td{border:0;padding:.1rem 0}td:empty{display:none}
td:not([data-label=""])::before{content:attr(data-label) ": ";color:#435261}}
@page{size:PAPER;margin:0}
@media print{main{padding:0;max-width:none}.sheet{border:0;overflow:visible}svg{width:100vw;min-width:0}
.title,.skip,.cue{display:none}section{page-break-before:always;padding:12mm}}
"""


def page_of(content: Content, scene: Scene) -> str:
    """The whole page; it prints the picture on the first sheet of its paper and the tables after it."""
    paper = " ".join(f"{side}mm" for side in scene.millimetres)
    parts = [
        "<!doctype html>",
        '<html lang="en">',
        '<head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_text(content.title)}</title>",
        f"<style>{_STYLE.replace('PAPER', paper)}</style></head>",
        f'<body><main><h1 class="title">{_text(content.title)}</h1>',
        '<p class="skip"><a href="#as-text">The map as text</a></p>',
        '<p class="cue">The picture is wider than this screen: move it sideways to see the rest \u2192</p>',
        f'<div class="sheet" tabindex="0" role="region" aria-label="The map as a picture">{svg_of(scene)}</div>',
        '<section id="as-text"><h2>The map as text</h2>',
        *(f"<p>{_text(lead)}</p>" for lead in content.lead),
        *(_column("Stage", stage, _names(content)) for stage in content.stages),
        *(_column("Play", play, _names(content)) for play in content.plays),
        *(f'<p class="note">{_text(note)}</p>' for note in content.missing.values()),
        f"<p>{_text(content.footer)}</p></section></main></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _text(text: str) -> str:
    return escape(clean(text))


def _names(content: Content) -> dict[str, str]:
    return {card.id: card.title for column in (*content.stages, *content.plays) for card in column.cards}


def _column(kind: str, column: Column, names: dict[str, str]) -> str:
    notes = [*(line.text for line in column.lines), *(f"{fact.label}: {fact.text}" for fact in column.facts)]
    rows = "".join(_row(card, names) for card in column.cards)
    about = f"<ul>{''.join(f'<li>{_text(each)}</li>' for each in notes)}</ul>" if notes else ""
    heads = "".join(f'<th scope="col">{head}</th>' for head in _HEADS)
    return (
        f"<h3>{kind} {column.mark}: {_text(column.title)}</h3>{about}"
        f"<table><caption hidden>{kind} {column.mark}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _row(card: Card, names: dict[str, str]) -> str:
    lines = "<br>".join(_text(line.text) for line in card.lines)
    after = "<br>".join(_text(names[name]) for name in (*card.after, *card.elsewhere))
    values = zip(_LABELS, (TRACK_TITLES[card.track], lines, after), strict=True)
    cells = "".join(f'<td data-label="{label}">{cell}</td>' for label, cell in values)
    return f'<tr><th scope="row">{_text(card.title)}</th>{cells}</tr>'
