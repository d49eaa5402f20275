"""When digests leave: at one hour of London's day, on working days. Computed here, in the domain, never by a cron."""

from datetime import datetime, time, timedelta

from kil_pipeline.alerts.letters import Frequency
from kil_pipeline.reference.working_days import is_england_working_day, next_working_day
from kil_pipeline.times import at_london, london_day


def next_digest_at(frequency: Frequency, weekday: int, hour: time, after: datetime) -> datetime | None:
    """Return the first moment (UTC) after `after` at which a digest leaves; None for those who hear at once.

    Daily: every working day. Weekly: on `weekday` (0 is Monday), or the next working day where that is a holiday.
    """
    if frequency is Frequency.AT_ONCE:
        return None
    day = london_day(after) - timedelta(days=7)  # a digest put off by a holiday may still be to come
    while True:
        if frequency is Frequency.DAILY or day.weekday() == weekday:
            moment = at_london(next_working_day(day, is_england_working_day), hour)
            if moment > after:
                return moment
        day += timedelta(days=1)
