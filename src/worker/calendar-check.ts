import { CALENDAR_HORIZON, isSession } from '../calendar/trading-calendar.ts';
import type { CalendarRow, DatasetBatch } from '../domain/dataset.ts';
import type { Notify } from '../domain/notice.ts';
import { fromDayNumber } from '../domain/trading-day.ts';

/** The calendar is the program's: a source that says otherwise is a reason to look, never to overwrite it. */
export async function checkCalendar(
  batch: DatasetBatch,
  source: string,
  notify: Notify,
): Promise<void> {
  if (batch.dataset !== 'trading_calendar') {
    return;
  }
  const { firstDay, lastDay } = CALENDAR_HORIZON;
  const differing = batch.rows.filter(
    ({ exchange, day, isOpen }: CalendarRow) =>
      day >= firstDay && day <= lastDay && isSession(exchange, day) !== isOpen,
  );
  const [first] = differing;
  if (first === undefined) {
    return;
  }
  const what = `${first.exchange} ${fromDayNumber(first.day)} is ${first.isOpen ? 'a session' : 'closed'}`;
  await notify({
    key: `calendar/${source}/${first.exchange}/${first.day}`,
    severity: 'critical',
    errorClass: 'data_quality',
    code: 'ETL-SRC-350',
    title: `${source} has another trading calendar: ${what}, and ${differing.length - 1} more`,
    meaning: 'Coverage and rules go by the calendar of this program: one of the two is wrong.',
    action:
      'compare both with the notice of the exchange, and update the program where it is wrong.',
    facts: {
      source,
      exchange: first.exchange,
      day: fromDayNumber(first.day),
      days: differing.length,
    },
  });
}
