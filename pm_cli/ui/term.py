"""A term of the policy as people read it."""

from __future__ import annotations

from pm_cli.core.duration import Duration, Unit
from pm_cli.core.text import _, ngettext


def term(text: str) -> str:
    """A term in the reader's language, `2 working days`; what is no term stays as the policy writes it."""
    try:
        duration = Duration.parse(text)
    except ValueError:
        return text
    count, hour = duration.count, f"{duration.hour:%H:%M}" if duration.hour else ""
    match duration.unit:
        case Unit.MINUTE:
            said = ngettext("{count} minute", "{count} minutes", count)
        case Unit.HOUR:
            said = ngettext("{count} hour", "{count} hours", count)
        case Unit.WORKING_HOUR:
            said = ngettext("{count} working hour", "{count} working hours", count)
        case Unit.DAY:
            said = ngettext("{count} day", "{count} days", count)
        case Unit.WORKING_DAY:
            said = ngettext("{count} working day", "{count} working days", count)
        case Unit.MONTH:
            said = ngettext("{count} month", "{count} months", count)
        case Unit.SAME_DAY:
            said = _("same day")
        case Unit.NEXT_WORKING_DAY:
            said = _("next working day")
        case Unit.DAY_OF_NEXT_MONTH:
            said = _("day {count} of next month")
        case Unit.LAST_DAY_OF_MONTH:
            said = _("last day of month")
    said = said.format(count=count)
    return _("{term}, by {hour}").format(term=said, hour=hour) if hour else said
