import { ConfigurationError } from '../domain/errors.ts';
import { toDayNumber, type DayNumber } from '../domain/trading-day.ts';
import { nextSession, previousSession } from './trading-calendar.ts';

/**
 * The first day of the Chinese year, by year, `MM-DD`: the holiday around it is the Spring Festival. Facts of the Chinese
 * calendar; a test compares them with ICU's.
 */
const NEW_YEAR: Readonly<Record<number, string>> = {
  1991: '02-15',
  1992: '02-04',
  1993: '01-23',
  1994: '02-10',
  1995: '01-31',
  1996: '02-19',
  1997: '02-07',
  1998: '01-28',
  1999: '02-16',
  2000: '02-05',
  2001: '01-24',
  2002: '02-12',
  2003: '02-01',
  2004: '01-22',
  2005: '02-09',
  2006: '01-29',
  2007: '02-18',
  2008: '02-07',
  2009: '01-26',
  2010: '02-14',
  2011: '02-03',
  2012: '01-23',
  2013: '02-10',
  2014: '01-31',
  2015: '02-19',
  2016: '02-08',
  2017: '01-28',
  2018: '02-16',
  2019: '02-05',
  2020: '01-25',
  2021: '02-12',
  2022: '02-01',
  2023: '01-22',
  2024: '02-10',
  2025: '01-29',
  2026: '02-17',
};

/** Years whose festival is known. */
export const SPRING_FESTIVAL_YEARS: readonly number[] = Object.keys(NEW_YEAR).map(Number);

/** The days without a session around a Chinese New Year, weekends included, and the sessions on either side. */
export interface SpringFestival {
  readonly year: number;
  readonly newYearDay: DayNumber;
  readonly firstClosedDay: DayNumber;
  readonly lastClosedDay: DayNumber;
  readonly lastSessionBefore: DayNumber;
  readonly firstSessionAfter: DayNumber;
}

/** The Spring Festival of a year, alike on all exchanges. @throws ConfigurationError ETL-CAL-001 before 1991 and beyond the horizon. */
export function springFestival(year: number): SpringFestival {
  const newYear = NEW_YEAR[year];
  const newYearDay = newYear === undefined ? undefined : toDayNumber(`${year}-${newYear}`);
  const before = newYearDay === undefined ? undefined : previousSession('SSE', newYearDay);
  if (newYearDay === undefined || before === undefined) {
    const years = Object.keys(NEW_YEAR);
    throw new ConfigurationError(
      `calendar unknown for the Spring Festival of ${year}: it is known from ${years[0]} to ${years.at(-1)}`,
      { code: 'ETL-CAL-001', hint: 'upgrade Candlewick for the next year of the calendar.' },
    );
  }
  const after = nextSession('SSE', newYearDay);
  return {
    year,
    newYearDay,
    firstClosedDay: before + 1,
    lastClosedDay: after - 1,
    lastSessionBefore: before,
    firstSessionAfter: after,
  };
}
