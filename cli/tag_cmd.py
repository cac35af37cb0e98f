"""`memdir tag`, `untag`, `link` and `unlink`: what is said about a memory."""

from __future__ import annotations

from memdir.annotate import link, tag, unlink, untag
from memdir.model import Link

from .app import App, Values
from .changing import run_plan
from .named import named
from .table import DRY_RUN, VALID_FROM, VALID_UNTIL, Argument, Command, Option


def run_tag(app: App, values: Values) -> int:
    """Add topics."""
    source, (name,) = named(app, values.required("name"))
    topics = values.many("topics")
    return run_plan(app, values, source, "tag", lambda store: tag(store, name, topics))


def run_untag(app: App, values: Values) -> int:
    """Take topics away."""
    source, (name,) = named(app, values.required("name"))
    topics = values.many("topics")
    return run_plan(app, values, source, "untag", lambda store: untag(store, name, topics))


def run_link(app: App, values: Values) -> int:
    """Link one memory to another."""
    source, (name, to) = named(app, values.required("name"), values.required("to"))
    weight = values.number("weight")
    made = Link(
        to,
        values.text("relationship") or "related",
        1.0 if weight is None else weight,
        values.text("valid_from"),
        values.text("valid_until"),
    )
    return run_plan(app, values, source, "link", lambda store: link(store, name, made))


def run_unlink(app: App, values: Values) -> int:
    """Take links away."""
    source, (name,) = named(app, values.required("name"))
    to = values.required("to").removeprefix(f"{source.label}:")  # a dead link is no memory to look for
    relationship = values.text("relationship")
    return run_plan(app, values, source, "unlink", lambda store: unlink(store, name, to, relationship))


_NAME = Argument("NAME", "The memory.", is_memory=True)
_TOPICS = Argument("TOPICS", "The topics.", many=True)

COMMANDS = (
    Command(
        "tag",
        "Add topics to a memory.",
        run_tag,
        arguments=(_NAME, _TOPICS),
        options=(DRY_RUN,),
        examples=("memdir tag dev-server-port-8420 setup ports",),
        description="Topics stand in metadata.topics. Tagging changes neither the memory's date nor its mtime.",
    ),
    Command(
        "untag",
        "Take topics from a memory.",
        run_untag,
        arguments=(_NAME, _TOPICS),
        options=(DRY_RUN,),
        examples=("memdir untag no-friday-migrations deploy",),
    ),
    Command(
        "link",
        "Link a memory to another.",
        run_link,
        arguments=(_NAME, Argument("TO", "The other memory.", is_memory=True)),
        options=(
            Option(("-r", "--relationship"), "How they relate (related).", default="related"),
            Option(("--weight",), "How strongly, 0 to 1.", kind="float"),
            VALID_FROM,
            VALID_UNTIL,
            DRY_RUN,
        ),
        examples=("memdir link search-synonyms idempotent-checkout -r mentions --weight 0.5",),
        description="The link stands in metadata.links of the first memory.",
    ),
    Command(
        "unlink",
        "Take links from a memory.",
        run_unlink,
        arguments=(_NAME, Argument("TO", "The other memory.", is_memory=True)),
        options=(Option(("-r", "--relationship"), "Only links of this kind."), DRY_RUN),
        examples=("memdir unlink no-friday-migrations release-checklist",),
    ),
)
