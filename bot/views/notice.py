"""What members of a channel are told before anything is measured there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.i18n import Phrases
from bot.views.buttons import notice_buttons, public_buttons
from bot.views.layout import Item, Layout, rule, text
from storage.records import DEFAULT_MINIMUM_GROUP, DEFAULT_RETENTION_DAYS

EDITION: Final = 2
"""Of the wording: one higher, and every notice that stands is renewed."""


@dataclass(frozen=True, slots=True)
class Practice:
    """What is done with messages, as far as members must be told.

    Attributes:
        pictures: Attached pictures are looked at as well.
        sends_to: The host outside this network that texts are sent to, if they are.
        explicit: Only those who agreed are measured, not everybody who did not opt out.
        retention_days: After how many days the numbers are deleted.
        minimum_group: Nothing is said about fewer people than this.
        alerts: Moderators are told of a sudden shift of a channel's mood.
        retrospective: Posts of the channel are read section by section.
    """

    pictures: bool = False
    sends_to: str | None = None
    explicit: bool = False
    retention_days: int = DEFAULT_RETENTION_DAYS
    minimum_group: int = DEFAULT_MINIMUM_GROUP
    alerts: bool = False
    retrospective: bool = False

    def terms(self, language: str) -> str:
        """Return all of it in short, so that a notice that says something else can be told."""
        parts = (
            EDITION,
            language,
            "explicit" if self.explicit else "notice",
            self.retention_days,
            self.minimum_group,
            *(["alerts"] if self.alerts else []),
            *(["retrospective"] if self.retrospective else []),
            *(["pictures"] if self.pictures else []),
            *([self.sends_to] if self.sends_to else []),
        )
        return " ".join(str(part) for part in parts)


def notice_title(say: Phrases) -> str:
    """Return the title of the notice, also of the post that carries it in a forum."""
    return say("Nunchi listens to the mood of this channel")


def measured_notice(say: Phrases, practice: Practice | None = None) -> Layout:
    """Return the notice for a channel that is listened to from now on.

    Args:
        say: The server's language.
        practice: What is done with messages, if more than usual.
    """
    return Layout(*_notice(practice or Practice(), say))


def notice_preview(words: Phrases, practice: Practice, say: Phrases) -> Layout:
    """Return the notice as members will see it, for administrators.

    Args:
        words: The server's language.
        practice: What is done with messages.
        say: The administrator's language.
    """
    intro = say("Members of each channel that I listen to read this, pinned where I may:")
    return Layout(text(f"-# {intro}"), rule(), *_notice(practice, words))


def _notice(practice: Practice, say: Phrases) -> Sequence[Item]:
    lines = [
        say("No text is kept: only numbers, such as 70% joy, and when it was written."),
        *_unusual(practice, say),
        say(
            "The report is about the server as a whole: nobody's mood is shown to others, and "
            "nothing is said about fewer than {count} people.",
            count=practice.minimum_group,
        ),
        say("Your own mood is shown to you alone, and only if you ask for it."),
        say.plural(
            "The numbers are deleted after {count} day.",
            "The numbers are deleted after {count} days.",
            practice.retention_days,
        ),
        say("If you delete a message, its numbers are deleted too."),
        _choice(say, explicit=practice.explicit),
    ]
    return (
        text(
            f"### {notice_title(say)}",
            _purpose(say, explicit=practice.explicit),
            *(f"• {line}" for line in lines),
        ),
        notice_buttons(say, explicit=practice.explicit),
    )


def _purpose(say: Phrases, *, explicit: bool) -> str:
    if explicit:
        return say(
            "From now on, a program estimates the emotion of the messages that people write here "
            "if they agree to it, for a weekly report on the mood of the whole server."
        )
    return say(
        "From now on, a program estimates the emotion of each message that people write "
        "here, for a weekly report on the mood of the whole server."
    )


def _choice(say: Phrases, *, explicit: bool) -> str:
    if explicit:
        return say(
            "Nothing of yours is measured until you agree: use the button, or `/privacy opt-in`. "
            "You can take it back at any time."
        )
    return say("You can opt out at any time: use the button, or `/privacy opt-out`.")


def _unusual(practice: Practice, say: Phrases) -> list[str]:
    lines = []
    if practice.alerts:
        lines.append(
            say(
                "Moderators are told when the mood of a channel shifts suddenly; never about a "
                "person."
            )
        )
    if practice.retrospective:
        lines.append(
            say(
                "Retrospectives are read section by section, and the numbers of each section are "
                "kept; the report tells the mood of a section for the group, never who wrote."
            )
        )
    if practice.sends_to is not None:
        lines.append(_sent_away(practice.sends_to, say))
    if practice.pictures:
        lines.append(
            say(
                "Pictures that are attached are looked at as well; no picture is kept, only "
                "numbers."
            )
        )
    return lines


def _sent_away(host: str, say: Phrases) -> str:
    return say(
        "To be estimated, the text of messages is sent to a service outside this bot: {host}.",
        host=f"`{host}`",
    )


def ended_notice(say: Phrases) -> Layout:
    """Return what the notice becomes when the bot stops listening."""
    return Layout(
        text(
            say("Nunchi no longer listens to this channel."),
            say("You can still have your numbers deleted: `/privacy delete`."),
        ),
        public_buttons(say),
    )


def method(
    minimum_group: int,
    model: str,
    say: Phrases,
    *,
    image_model: str | None = None,
    sends_to: str | None = None,
) -> Layout:
    """Return the answer to "How is this measured?".

    Args:
        minimum_group: Fewer people than this are never described.
        model: The classifier and its version.
        say: The reader's language.
        image_model: The image classifier and its version, where pictures are looked at.
        sends_to: The host outside this network that texts are sent to, if they are.
    """
    return Layout(
        text(
            "### " + say("How is this measured?"),
            "• "
            + say(
                "A program reads each message in the chosen channels once and estimates nine "
                "emotions; the text is then forgotten. It is called {model}.",
                model=f"`{model}`",
            ),
            *(["• " + _sent_away(sends_to, say)] if sends_to else []),
            *(_pictures_read(image_model, say) if image_model else []),
            "• "
            + say(
                "The mood runs from −1 (unpleasant) to +1 (pleasant). Each person counts once "
                "a day, however much they write."
            ),
            "• "
            + say(
                "The range behind a number says how far chance alone could move it: in 95 of 100 "
                "such weeks the true value lies within it."
            ),
            "• "
            + say(
                "Nothing is said about fewer than {count} people.",
                count=minimum_group,
            ),
            "• "
            + say(
                "The program errs: it misses irony and inside jokes. Read trends, "
                "not single messages."
            ),
        )
    )


def _pictures_read(model: str, say: Phrases) -> list[str]:
    return [
        "• "
        + say(
            "Attached pictures are fetched once, read by {model} on the bot's machine, and "
            "forgotten. Words count twice as much as pictures.",
            model=f"`{model}`",
        )
    ]
