import { ConfigurationError, SchemaDriftError } from '../../domain/errors.ts';
import { ROLES, type AmountUnit, type FileLayout, type Role, type VolumeUnit } from './layout.ts';

/** A vendor's table: how it calls its columns, and what tells it from tables with the same names. */
interface KnownLayout {
  readonly name: string;
  /** Names in lower case; the first that a file has is taken. */
  readonly names: Readonly<Partial<Record<Role, readonly string[]>>>;
  readonly required: readonly Role[];
  /** At least one of these columns must be there too. */
  readonly signs?: readonly string[];
  readonly volumeUnit: VolumeUnit;
  readonly amountUnit: AmountUnit;
}

const PRICES = { open: ['open'], high: ['high'], low: ['low'], close: ['close'] } as const;
const BAR: readonly Role[] = ['day', 'open', 'high', 'low', 'close', 'volume', 'amount'];
const CODE = ['code', 'symbol', 'stock_code', 'ts_code'] as const;

const KNOWN_LAYOUTS: readonly KnownLayout[] = [
  {
    name: 'tushare.daily',
    names: {
      ...PRICES,
      symbol: ['ts_code'],
      day: ['trade_date'],
      preClose: ['pre_close'],
      volume: ['vol'],
      amount: ['amount'],
    },
    required: BAR,
    volumeUnit: 'lot',
    amountUnit: 'thousand_cny',
  },
  {
    name: 'akshare.stock_zh_a_hist',
    names: {
      symbol: ['股票代码', '证券代码', '代码'],
      day: ['日期'],
      open: ['开盘'],
      high: ['最高'],
      low: ['最低'],
      close: ['收盘'],
      volume: ['成交量'],
      amount: ['成交额'],
    },
    required: BAR,
    volumeUnit: 'lot',
    amountUnit: 'cny',
  },
  {
    name: 'baostock.k_data',
    names: {
      ...PRICES,
      symbol: ['code'],
      day: ['date'],
      preClose: ['preclose'],
      volume: ['volume'],
      amount: ['amount'],
      tradeStatus: ['tradestatus'],
      st: ['isst'],
      adjustFlag: ['adjustflag'],
    },
    required: BAR,
    signs: ['preclose', 'adjustflag', 'tradestatus', 'turn', 'pctchg', 'isst'],
    volumeUnit: 'share',
    amountUnit: 'cny',
  },
  {
    name: 'akshare.stock_zh_a_daily',
    names: { ...PRICES, symbol: CODE, day: ['date'], volume: ['volume'], amount: ['amount'] },
    required: BAR,
    signs: ['outstanding_share'],
    volumeUnit: 'share',
    amountUnit: 'cny',
  },
  {
    name: 'akshare.stock_zh_a_hist.english',
    names: { ...PRICES, symbol: CODE, day: ['date'], volume: ['volume'], amount: ['amount'] },
    required: BAR,
    signs: ['amplitude', 'turnover_rate', 'pct_change', 'pct_chg', 'change_pct', 'change_percent'],
    volumeUnit: 'lot',
    amountUnit: 'cny',
  },
  {
    // As our own tables, their view with the original's columns, and `candlewick bars` call them.
    name: 'canonical',
    names: {
      open: ['open', 'open_price'],
      high: ['high', 'high_price'],
      low: ['low', 'low_price'],
      close: ['close', 'close_price'],
      symbol: ['symbol', 'stock_code'],
      day: ['trading_day', 'trade_date'],
      preClose: ['pre_close'],
      volume: ['volume'],
      amount: ['amount'],
    },
    required: ['day', 'open', 'high', 'low', 'close', 'volume'],
    volumeUnit: 'share',
    amountUnit: 'cny',
  },
];

const ADJUSTED_NAME = /qfq|hfq|前复权|后复权/i;
const HEADER_SHOWN = 300;
const EXAMPLE =
  '{"columns":{"symbol":"code","day":"date","open":"open","high":"high","low":"low","close":"close","volume":"volume","amount":"amount"},"volume_unit":"share","amount_unit":"cny"}';

export function adjustedPrices(place: string, sign: string): SchemaDriftError {
  return new SchemaDriftError(`${place}: prices are adjusted: ${sign}; expected raw prices`, {
    code: 'ETL-SRC-220',
    hint: 'export unadjusted bars (Tushare daily, AKShare adjust="", Baostock adjustflag=3).',
  });
}

/** The text with which an error shows a header. */
function shownHeader(header: readonly string[]): string {
  const text = header.join(',');
  return text.length > HEADER_SHOWN ? `${text.slice(0, HEADER_SHOWN)}…` : text;
}

/**
 * The layout that a header shows, whatever its order of columns.
 * @throws SchemaDriftError for adjusted prices, ConfigurationError for a header that no known layout has
 */
export function recogniseLayout(
  header: readonly string[],
  place: string,
  custom: FileLayout | undefined,
): FileLayout {
  if (
    custom !== undefined &&
    Object.values(custom.columns).every((name) => header.includes(name))
  ) {
    return custom;
  }
  if (ADJUSTED_NAME.test(place)) {
    throw adjustedPrices(place, 'its name says so');
  }
  const adjusted = header.find((name) => ADJUSTED_NAME.test(name));
  if (adjusted !== undefined) {
    throw adjustedPrices(place, `it has a column ${adjusted}`);
  }
  const names = new Map(header.map((name) => [name.trim().toLowerCase(), name]));
  for (const known of KNOWN_LAYOUTS) {
    const layout = fit(known, names);
    if (layout !== undefined) {
      return layout;
    }
  }
  throw unknownLayout(header, place, custom);
}

function fit(known: KnownLayout, names: ReadonlyMap<string, string>): FileLayout | undefined {
  const columns: Partial<Record<Role, string>> = {};
  for (const role of ROLES) {
    const found = known.names[role]?.map((name) => names.get(name)).find(Boolean);
    if (found !== undefined) {
      columns[role] = found;
    }
  }
  const isWhole = known.required.every((role) => columns[role] !== undefined);
  const isSigned = known.signs?.some((name) => names.has(name)) ?? true;
  const { name, volumeUnit, amountUnit } = known;
  return isWhole && isSigned ? { name, columns, volumeUnit, amountUnit } : undefined;
}

function unknownLayout(
  header: readonly string[],
  place: string,
  custom: FileLayout | undefined,
): ConfigurationError {
  const lacking = Object.values(custom?.columns ?? {}).filter((name) => !header.includes(name));
  const mapped =
    custom === undefined
      ? ''
      : `; candlewick.layout.json names ${lacking.join(', ')}, which it does not have`;
  const known = KNOWN_LAYOUTS.map(({ name }) => name).join(', ');
  return new ConfigurationError(
    `${place}: unknown layout: got the columns ${shownHeader(header)}${mapped}; expected one of ${known}`,
    {
      code: 'ETL-SRC-211',
      hint: `put a candlewick.layout.json beside it that maps its columns and names its units: ${EXAMPLE}`,
    },
  );
}
