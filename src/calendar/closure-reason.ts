import { fromDayNumber, type DayNumber } from '../domain/trading-day.ts';
import { springFestival } from './spring-festival.ts';
import { weekdayOf } from './trading-calendar.ts';

/** Fixed holidays by the month in which their closures lie; the moon's ones fall in several. */
const HOLIDAY_OF_MONTH: Readonly<Record<string, string>> = {
  '01': 'New Year',
  '04': 'Qingming Festival',
  '05': 'Labour Day',
  '06': 'Dragon Boat Festival',
  '09': 'Mid-Autumn Festival or National Day',
  '10': 'National Day',
};

/** Why a day without a session had none, for people: weekend, Spring Festival … */
export function closureOf(day: DayNumber): string {
  const text = fromDayNumber(day);
  const year = Number(text.slice(0, 4));
  const month = text.slice(5, 7);
  if (year > 1991 && (month === '01' || month === '02' || month === '03')) {
    const { firstClosedDay, lastClosedDay } = springFestival(year);
    if (day >= firstClosedDay && day <= lastClosedDay) {
      return 'Spring Festival';
    }
  }
  const weekday = weekdayOf(day);
  if (weekday === 0 || weekday === 6) {
    return 'weekend';
  }
  return HOLIDAY_OF_MONTH[month] ?? 'exchange holiday';
}
