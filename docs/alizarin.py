"""Writes the presets into docs/alizarin.md: `.venv/bin/python docs/alizarin.py`, after a preset was changed."""

from pathlib import Path

from mgassay.readers.images.name_presets import Example, NamePreset, name_presets

PAGE = Path(__file__).with_suffix(".md")
BEGIN, END = "<!-- presets: written by docs/alizarin.py -->\n", "<!-- end of presets -->\n"
SAID = ("plate", "time", "z", "channel", "step")


def section(preset: NamePreset) -> str:
    """A preset: whose names it reads, what they say, an example for each form, and where these were seen."""
    lines = [
        f"### `{preset.id}`: {preset.program}",
        "",
        preset.notes,
        "",
        "| name | is read as | seen in |",
        "|---|---|---|",
    ]
    lines += [row(preset, example) for form in preset.form for example in form.examples]
    return "\n".join(lines) + "\n"


def row(preset: NamePreset, example: Example) -> str:
    """One name of a preset."""
    source = preset.sources[example.source]
    seen = (
        f"[{source.title}]({source.address})" if source.address else f"{source.title}. {source.why}".removesuffix(". ")
    )
    field = [f"field {example.field}"] if example.field else []
    said = [f"{s} {getattr(example, s)}" for s in SAID if getattr(example, s)]
    return f"| `{example.name}` | {', '.join([example.well, *field, *said])} | {seen} |"


def page() -> str:
    """The whole page with its presets."""
    head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    tail = rest.partition(END)[2]
    ids = ["plain", *(i for i in name_presets() if i != "plain")]
    return head + BEGIN + "\n" + "\n".join(section(name_presets()[i]) for i in ids) + "\n" + END + tail


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
