import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

import { toneOf, type DimensionLine, type ReportDay } from '../quality/report/compose.ts';
import type { CandleFacts } from '../quality/report/facts.ts';
import { countText, percentText, scoreText } from '../quality/report/words.ts';
import { Html } from './html.ts';

const WIDTH = 920;
const TONE_COLOUR = { good: 'var(--good)', watch: 'var(--watch)', poor: 'var(--poor)' } as const;
const STYLE = {
  fontSize: '12px',
  background: 'none',
  color: 'inherit',
  overflow: 'visible',
} as const;

function draw(label: string, options: Plot.PlotOptions): Html {
  const page: object = parseHTML('<!doctype html><html><body></body></html>');
  const document: unknown = Reflect.get(page, 'document');
  const svg = Plot.plot({
    ...options,
    width: options.width ?? WIDTH,
    style: STYLE,
    ariaLabel: label,
    document,
  });
  svg.setAttribute('role', 'img');
  return new Html(svg.outerHTML);
}

function dateOf(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}

/** Score of each session as stored, and as the sources sent it. */
export function trendChart(days: readonly ReportDay[], label: string): Html {
  const stored = days.flatMap(({ day, score }) =>
    score === undefined ? [] : [{ date: dateOf(day), day, score }],
  );
  const sent = days.flatMap(({ day, scoreAsSent }) =>
    scoreAsSent === null ? [] : [{ date: dateOf(day), score: scoreAsSent }],
  );
  const least = Math.min(
    0.6,
    ...stored.map(({ score }) => score),
    ...sent.map(({ score }) => score),
  );
  return draw(label, {
    height: 260,
    marginBottom: 40,
    marginLeft: 44,
    marginRight: 70,
    y: {
      domain: [Math.max(0, Math.floor(least * 10) / 10), 1],
      label: null,
      ticks: 5,
      tickFormat: '.1f',
    },
    x: { type: 'utc', label: null },
    marks: [
      Plot.gridY({ stroke: 'var(--line)', strokeOpacity: 1 }),
      Plot.ruleY([0.7], { stroke: 'var(--poor)', strokeDasharray: '4 4' }),
      Plot.text([0.7], {
        y: (value: number) => value,
        frameAnchor: 'right',
        dx: 66,
        text: () => 'threshold',
        fill: 'var(--poor)',
        textAnchor: 'end',
      }),
      Plot.lineY(sent, {
        x: 'date',
        y: 'score',
        stroke: 'var(--sent)',
        strokeWidth: 1.5,
        strokeDasharray: '3 3',
      }),
      Plot.areaY(stored, {
        x: 'date',
        y1: Math.max(0, Math.floor(least * 10) / 10),
        y2: 'score',
        fill: 'var(--accent)',
        fillOpacity: 0.08,
      }),
      Plot.lineY(stored, { x: 'date', y: 'score', stroke: 'var(--accent)', strokeWidth: 2 }),
      Plot.dot(
        stored.filter(({ score }) => score < 0.9995),
        {
          x: 'date',
          y: 'score',
          r: 3,
          fill: (one: { readonly score: number }) => TONE_COLOUR[toneOf(one.score)],
          title: (one: { readonly day: string; readonly score: number }) =>
            `${one.day}: ${scoreText(one.score)}`,
        },
      ),
    ],
  });
}

/** The six dimensions, each from 0 to 1. */
export function dimensionChart(lines: readonly DimensionLine[], label: string): Html {
  return draw(label, {
    height: 36 * lines.length + 30,
    marginLeft: 110,
    marginRight: 60,
    x: { domain: [0, 1], label: null, ticks: [0, 0.7, 1], tickFormat: '.1f' },
    y: { domain: lines.map(({ dimension }) => dimension), label: null, tickSize: 0, padding: 0.35 },
    marks: [
      Plot.barX(lines, { x1: 0, x2: 1, y: 'dimension', fill: 'var(--track)', rx: 3 }),
      Plot.barX(lines, {
        x1: 0,
        x2: 'score',
        y: 'dimension',
        rx: 3,
        fill: (line: DimensionLine) => TONE_COLOUR[line.tone],
        title: (line: DimensionLine) => line.asks,
      }),
      Plot.ruleX([0.7], { stroke: 'var(--poor)', strokeDasharray: '4 4' }),
      Plot.text(lines, {
        x: 1,
        y: 'dimension',
        text: (line: DimensionLine) => scoreText(line.score),
        textAnchor: 'start',
        dx: 10,
        fill: 'var(--ink)',
        fontWeight: 600,
      }),
    ],
  });
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'] as const;
const MS_PER_DAY = 86_400_000;
/** Steps of the heat map: full, and how much may lack for each shade. */
const STEPS = [
  [1, 'var(--heat-4)'],
  [0.99, 'var(--heat-3)'],
  [0.9, 'var(--heat-2)'],
  [0.5, 'var(--heat-1)'],
  [0, 'var(--heat-0)'],
] as const;

interface HeatCell {
  readonly year: string;
  readonly week: number;
  readonly weekday: string;
  readonly colour: string;
  readonly title: string;
  readonly month: string;
}

/** A year and some weeks fit on one line; longer ranges have a line for each year. */
const WEEKS_ON_A_LINE = 60;

/** One cell a session: how much of what is owed is there. Days without a session stay empty. */
export function completenessChart(days: readonly ReportDay[], label: string): Html {
  const first = mondayOf(days.at(0)?.day ?? '1970-01-01');
  const span = weeksBetween(first, days.at(-1)?.day ?? '1970-01-01');
  const isByYear = span >= WEEKS_ON_A_LINE;
  const cells = days.map((day) => {
    const newYear = `${day.day.slice(0, 4)}-01-01`;
    return heatCell(day, weeksBetween(isByYear ? mondayOf(newYear) : first, day.day));
  });
  const years = isByYear ? [...new Set(cells.map(({ year }) => year))] : [''];
  const domain = Array.from(
    { length: Math.max(...cells.map(({ week }) => week)) + 1 },
    (_, week) => week,
  );
  const firstOfMonth = cells.filter(({ month }, at) => cells[at - 1]?.month !== month);
  const side = Math.min(26, Math.floor((WIDTH - 90) / domain.length));
  const facet = isByYear ? { fy: 'year' } : {};
  return draw(label, {
    width: Math.max(320, 90 + side * domain.length),
    height: years.length * (side * 5 + 30) + 24,
    marginLeft: 40,
    marginRight: 44,
    marginTop: 26,
    marginBottom: 4,
    padding: 0,
    x: { domain, axis: null },
    y: { domain: WEEKDAYS, label: null, tickSize: 0 },
    ...(isByYear ? { fy: { domain: years, label: null } } : {}),
    marks: [
      Plot.cell(cells, {
        x: 'week',
        y: 'weekday',
        ...facet,
        fill: 'colour',
        title: 'title',
        inset: 1.5,
        rx: 2,
      }),
      Plot.text(firstOfMonth, {
        x: 'week',
        ...facet,
        frameAnchor: 'top',
        dy: -14,
        text: 'month',
        fill: 'var(--muted)',
      }),
    ],
  });
}

function mondayOf(day: string): Date {
  const date = dateOf(day);
  return new Date(date.getTime() - ((date.getUTCDay() + 6) % 7) * MS_PER_DAY);
}

function weeksBetween(monday: Date, day: string): number {
  return Math.floor((dateOf(day).getTime() - monday.getTime()) / (7 * MS_PER_DAY));
}

function heatCell(line: ReportDay, week: number): HeatCell {
  const { day, owed, loaded, present, missing, quarantined, excused } = line;
  const date = dateOf(day);
  const colour =
    present === undefined
      ? 'var(--track)'
      : (STEPS.find(([least]) => present >= least)?.[1] ?? 'var(--heat-0)');
  const lack = missing + quarantined === 0 ? '' : `, ${missing} missing, ${quarantined} held`;
  return {
    year: day.slice(0, 4),
    week,
    weekday: WEEKDAYS[(date.getUTCDay() + 6) % 7] ?? 'Fri',
    colour,
    title: `${day}: ${countText(loaded)} of ${countText(owed)} (${percentText(present)})${lack}${excused === 0 ? '' : `, ${excused} excused`}`,
    month: date.toLocaleString('en-GB', { month: 'short', timeZone: 'UTC' }),
  };
}

interface Candle {
  readonly day: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly colour: string;
  /** A bar that hardly moved would be invisible: it gets a hair of height. */
  readonly top: number;
  readonly bottom: number;
}

/** Candlesticks around the flags of a symbol, with the volume below. Red is up, as Chinese markets have it. */
export function candleChart({ bars, flags }: CandleFacts, label: string): Html {
  const days = [...new Set([...bars, ...flags].map(({ day }) => day))].toSorted();
  const high = Math.max(...bars.map((bar) => bar.high));
  const low = Math.min(...bars.map((bar) => bar.low));
  const hair = (high - low || high) * 0.008;
  const candles = bars.map((bar): Candle => {
    const isUp = bar.close >= bar.open;
    const lack = Math.max(0, hair - Math.abs(bar.close - bar.open)) / 2;
    return {
      ...bar,
      colour: isUp ? 'var(--up)' : 'var(--down)',
      top: Math.max(bar.open, bar.close) + lack,
      bottom: Math.min(bar.open, bar.close) - lack,
    };
  });
  const byDay = new Map(candles.map((candle) => [candle.day, candle]));
  const marks = numbered(flags).map(({ day, number }) => ({
    day,
    number,
    y: byDay.get(day)?.high ?? (high + low) / 2,
    isStored: byDay.has(day),
  }));
  const ticks = days.filter((_, at) => at % Math.ceil(days.length / 7) === 0);
  const x = {
    type: 'band',
    domain: days,
    ticks,
    tickSize: 0,
    label: null,
    padding: 0.25,
    round: false,
  } as const;
  const prices = draw(label, {
    height: 260,
    marginLeft: 52,
    marginRight: 20,
    marginTop: 30,
    x: { ...x, axis: null },
    y: { label: null, nice: true, ticks: 5 },
    marks: [
      Plot.gridY({ stroke: 'var(--line)', strokeOpacity: 1 }),
      Plot.ruleX(
        marks.filter(({ isStored }) => !isStored),
        { x: 'day', stroke: 'var(--flag)', strokeDasharray: '2 3' },
      ),
      Plot.ruleX(candles, { x: 'day', y1: 'low', y2: 'high', stroke: 'colour' }),
      Plot.barY(candles, {
        x: 'day',
        y1: 'bottom',
        y2: 'top',
        fill: 'colour',
        title: ({ day, open, high: top, low: bottom, close }: Candle) =>
          `${day}: open ${open}, high ${top}, low ${bottom}, close ${close}`,
      }),
      Plot.dot(marks, { x: 'day', y: 'y', dy: -12, r: 8, fill: 'var(--flag)' }),
      Plot.text(marks, {
        x: 'day',
        y: 'y',
        dy: -12,
        text: 'number',
        fill: 'var(--paper)',
        fontWeight: 700,
        fontSize: 10,
      }),
    ],
  });
  const volumes = draw(`${label}: volume`, {
    height: 84,
    marginLeft: 52,
    marginRight: 20,
    marginTop: 6,
    x,
    y: { label: null, ticks: 2, tickFormat: 's' },
    marks: [Plot.barY(candles, { x: 'day', y: 'volume', fill: 'colour', fillOpacity: 0.55 })],
  });
  return new Html(prices.text + volumes.text);
}

/** Flags by day, numbered in order: one number a day. */
export function numbered<Flag extends { readonly day: string }>(
  flags: readonly Flag[],
): readonly { readonly day: string; readonly number: number; readonly flags: readonly Flag[] }[] {
  const days = [...new Set(flags.map(({ day }) => day))].toSorted();
  return days.map((day, index) => ({
    day,
    number: index + 1,
    flags: flags.filter((flag) => flag.day === day),
  }));
}

/** Score before and after cleaning, on one line. */
export function cleaningChart(before: number, after: number, label: string): Html {
  const ends = [
    { score: before, name: 'as sent', colour: 'var(--sent)' },
    { score: after, name: 'after cleaning', colour: 'var(--accent)' },
  ];
  return draw(label, {
    height: 90,
    marginLeft: 110,
    marginRight: 60,
    x: { domain: [0, 1], label: null, ticks: [0, 0.7, 1], tickFormat: '.1f' },
    y: { domain: ends.map(({ name }) => name), label: null, tickSize: 0, padding: 0.3 },
    marks: [
      Plot.barX(ends, { x1: 0, x2: 1, y: 'name', fill: 'var(--track)', rx: 3 }),
      Plot.barX(ends, { x1: 0, x2: 'score', y: 'name', fill: 'colour', rx: 3 }),
      Plot.ruleX([0.7], { stroke: 'var(--poor)', strokeDasharray: '4 4' }),
      Plot.text(ends, {
        x: 1,
        y: 'name',
        text: ({ score }: { readonly score: number }) => scoreText(score),
        textAnchor: 'start',
        dx: 10,
        fill: 'var(--ink)',
        fontWeight: 600,
      }),
    ],
  });
}
