"""What members of a channel are told before anything is measured there."""

from __future__ import annotations

from dataclasses import dataclass

from bot.i18n import Phrases
from bot.views.buttons import public_buttons
from bot.views.layout import Layout, text


@dataclass(frozen=True, slots=True)
class Practice:
    """What is done with messages beyond estimating the emotion of their words on this machine.

    Attributes:
        pictures: Attached pictures are looked at as well.
        sends_to: The host outside this network that texts are sent to, if they are.
    """

    pictures: bool = False
    sends_to: str | None = None

    @property
    def unusual(self) -> bool:
        """Whether members must be told more than the usual notice says."""
        return self.pictures or self.sends_to is not None


def notice_title(say: Phrases) -> str:
    """Return the title of the notice, also of the post that carries it in a forum."""
    return say("Nunchi listens to the mood of this channel")


def measured_notice(say: Phrases, practice: Practice | None = None) -> Layout:
    """Return the notice for a channel that is listened to from now on.

    Args:
        say: The server's language.
        practice: What is done with messages, if more than usual.
    """
    practice = practice or Practice()
    return Layout(
        text(
            f"### {notice_title(say)}",
            say(
                "From now on, a program estimates the emotion of each message that people write "
                "here, for a weekly report on the mood of the whole server."
            ),
            "• " + say("No text is kept: only numbers, such as 70% joy, and when it was written."),
            *_unusual(practice, say),
            "• " + say("Nobody's mood is shown to others; small groups are hidden."),
            "• " + say("If you delete a message, its numbers are deleted too."),
            "• " + say("You can opt out at any time: use the button, or `/privacy opt-out`."),
        ),
        public_buttons(say),
    )


def _unusual(practice: Practice, say: Phrases) -> list[str]:
    lines = []
    if practice.sends_to is not None:
        lines.append(_sent_away(practice.sends_to, say))
    if practice.pictures:
        lines.append(
            say(
                "Pictures that are attached are looked at as well; no picture is kept, only "
                "numbers."
            )
        )
    return [f"• {line}" for line in lines]


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
