"""Plain text of a mail, as a careful person would type it."""

from __future__ import annotations

import textwrap

from markdown_it.tree import SyntaxTreeNode

RULE = "-" * 40


def plain_text(root: SyntaxTreeNode) -> str:
    """The text of a document: links as `text (address)`, lists with dashes and numbers, paragraphs apart."""
    return _blocks(root.children) + "\n"


def _blocks(nodes: list[SyntaxTreeNode], between: str = "\n\n") -> str:
    return between.join(text for text in map(_block, nodes) if text)


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "bullet_list" | "ordered_list":
            return _list(node)
        case "blockquote":
            return textwrap.indent(_blocks(node.children), "> ", lambda _line: True)
        case "fence" | "code_block":
            return textwrap.indent(node.content.rstrip("\n"), "    ")
        case "hr":
            return RULE
        case "tr":
            return " | ".join(_block(cell) for cell in node.children)
        case "thead" | "tbody" | "table":
            return _blocks(node.children, "\n")
        case "inline":
            return "".join(map(_inline, node.children)).strip()
    return _blocks(node.children, "\n")


def _list(node: SyntaxTreeNode) -> str:
    first = int(node.attrs.get("start", 1))
    items = []
    for number, item in enumerate(node.children, first):
        bullet = f"{number}. " if node.type == "ordered_list" else "- "
        tight = all(child.type != "paragraph" or child.hidden for child in item.children)
        body = _blocks(item.children, "\n" if tight else "\n\n")
        items.append(bullet + textwrap.indent(body, " " * len(bullet)).lstrip())
    return "\n".join(items)


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "code_inline" | "image":
            return node.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "link":
            return _link(node)
    return "".join(map(_inline, node.children))


def _link(node: SyntaxTreeNode) -> str:
    text, address = "".join(map(_inline, node.children)), str(node.attrs["href"])
    label = address.removeprefix("mailto:").removeprefix("tel:")
    return label if text in (address, label, "") else f"{text} ({label})"
