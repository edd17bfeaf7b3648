import { ConfigurationError, DataQualityError } from '../../domain/errors.ts';
import type { StockSymbol } from '../../domain/stock-symbol.ts';
import { fromDayNumber, toDayNumber, type DayNumber } from '../../domain/trading-day.ts';
import { LOCAL_CAPABILITIES, NO_QUOTA } from '../capabilities.ts';
import type {
  BarsRequest,
  DataSource,
  Inspection,
  RawAnswer,
  RefusedSymbols,
} from '../data-source.ts';
import { readArchive } from './archive.ts';
import { factsOf, FILES_FORMAT } from './decode-file.ts';
import { createFileIndex, type Catalogue, type IndexedFile, type Scan } from './file-index.ts';
import type { FoundFile } from './find-files.ts';
import { readFileBelow } from './safe-path.ts';

const FILES = 'files';

export interface FilesOptions {
  /** The directory below which files may be read; nothing outside is ever opened. */
  readonly root: string;
  /** Looks through a file, in a worker thread as a rule. */
  readonly scan?: Scan;
}

/** Files as a source: whatever lies below a path, told apart by its headers. It has what the files have, no more. */
export function createFilesSource({
  root,
  scan,
}: FilesOptions): DataSource & Required<Pick<DataSource, 'inspect'>> {
  const index = createFileIndex(root, scan);
  function place(path: string): string {
    return path === '.' ? root : path;
  }
  return {
    name: FILES,
    capabilities: { ...LOCAL_CAPABILITIES, isFinite: true },
    defaultQuota: NO_QUOTA,
    endpoints: {},
    async listInstruments({ path = '.' }, signal) {
      return instrumentsOf(withRows(await index.read(path, signal), place(path)));
    },
    async inspect({ path = '.' }, signal) {
      return inspectionOf(withRows(await index.read(path, signal), place(path)));
    },
    async *fetchBars(request, signal) {
      const catalogue = await index.read(request.path ?? '.', signal);
      const { refused, wanted } = choose(catalogue, request);
      yield* refused;
      for (const [file, choices] of byContainer(wanted)) {
        signal.throwIfAborted();
        yield* readChosen(file, choices, signal);
      }
    },
  };
}

/** Files of headers only name no symbol: to plan with every known one instead is hardly what anyone wanted. */
function withRows(catalogue: Catalogue, path: string): Catalogue {
  const isEmpty = catalogue.files.every(
    ({ holdings, refused }) => refused.size === 0 && holdings.every(({ rows }) => rows === 0),
  );
  if (isEmpty) {
    throw new ConfigurationError(`path: got "${path}": no file there has a row below its header`, {
      code: 'ETL-SRC-218',
      hint: 'give files with rows; those of a day without any need no job.',
    });
  }
  return catalogue;
}

function instrumentsOf({ bySymbol }: Catalogue): Inspection['instruments'] {
  return [...bySymbol.keys()]
    .toSorted()
    .map((symbol) => ({ symbol, name: undefined, listDate: undefined, delistDate: undefined }));
}

function inspectionOf(catalogue: Catalogue): Inspection {
  const rowsBySymbol = new Map<StockSymbol, number>();
  let firstDay = Number.POSITIVE_INFINITY;
  let lastDay = Number.NEGATIVE_INFINITY;
  for (const { holdings, refused } of catalogue.files) {
    for (const { symbol, rows, first, last } of holdings) {
      if (!refused.has(symbol) && first !== undefined && last !== undefined) {
        rowsBySymbol.set(symbol, (rowsBySymbol.get(symbol) ?? 0) + rows);
        firstDay = Math.min(firstDay, first);
        lastDay = Math.max(lastDay, last);
      }
    }
  }
  const isEmpty = rowsBySymbol.size === 0;
  return {
    instruments: instrumentsOf(catalogue),
    firstDay: isEmpty ? undefined : fromDayNumber(firstDay),
    lastDay: isEmpty ? undefined : fromDayNumber(lastDay),
    rowsBySymbol,
  };
}

/** A file with those of its symbols that are wanted of it. */
interface Choice {
  readonly file: IndexedFile;
  readonly symbols: StockSymbol[];
}

function choose(
  { bySymbol }: Catalogue,
  { symbols, startDate, endDate }: BarsRequest,
): { readonly refused: readonly RefusedSymbols[]; readonly wanted: readonly Choice[] } {
  const range = [toDayNumber(startDate), toDayNumber(endDate)] as const;
  const refused: RefusedSymbols[] = [];
  const chosen = new Map<IndexedFile, StockSymbol[]>();
  for (const symbol of new Set(symbols)) {
    const files = bySymbol.get(symbol) ?? [];
    const [error = files.length === 0 ? unknownSymbol(symbol) : undefined] = files.flatMap(
      (file) => file.refused.get(symbol) ?? [],
    );
    if (error !== undefined) {
      refused.push({ kind: 'refused', symbols: [symbol], error });
      continue;
    }
    const inRange = files.filter((file) => holdsRange(file, symbol, range));
    // Of a symbol without a row in the range, one file is the evidence that there is none.
    for (const file of inRange.length > 0 ? inRange : files.slice(0, 1)) {
      const others = chosen.get(file);
      if (others === undefined) {
        chosen.set(file, [symbol]);
      } else {
        others.push(symbol);
      }
    }
  }
  return { refused, wanted: [...chosen].map(([file, some]) => ({ file, symbols: some })) };
}

function unknownSymbol(symbol: StockSymbol): DataQualityError {
  return new DataQualityError(`${symbol}: no file holds it`, {
    code: 'ETL-SRC-217',
    hint: 'check the symbol and the path.',
    details: { symbol },
  });
}

function holdsRange(
  { holdings }: IndexedFile,
  symbol: StockSymbol,
  [start, end]: readonly [DayNumber, DayNumber],
): boolean {
  const held = holdings.find((holding) => holding.symbol === symbol);
  const { first = Number.POSITIVE_INFINITY, last = Number.NEGATIVE_INFINITY } = held ?? {};
  return first <= end && last >= start;
}

/** The choices of each file on disk, in the order of their paths and members: the later one is believed. */
function byContainer(wanted: readonly Choice[]): ReadonlyMap<FoundFile, readonly Choice[]> {
  const containers = new Map<FoundFile, Choice[]>();
  const ordered = wanted.toSorted(({ file: left }, { file: right }) =>
    left.file.path === right.file.path
      ? left.ordinal - right.ordinal
      : Number(left.file.path > right.file.path) * 2 - 1,
  );
  for (const choice of ordered) {
    const others = containers.get(choice.file.file);
    if (others === undefined) {
      containers.set(choice.file.file, [choice]);
    } else {
      others.push(choice);
    }
  }
  return containers;
}

async function* readChosen(
  file: FoundFile,
  choices: readonly Choice[],
  signal: AbortSignal,
): AsyncGenerator<RawAnswer> {
  const [only] = choices;
  if (only !== undefined && only.file.member === undefined) {
    yield answerOf(only, await readFileBelow(file.real, file.path, file));
    return;
  }
  const byOrdinal = new Map(choices.map((choice) => [choice.file.ordinal, choice]));
  const members = readArchive(file, (_, ordinal) => byOrdinal.has(ordinal), signal);
  for await (const { ordinal, body } of members) {
    const choice = byOrdinal.get(ordinal);
    if (choice !== undefined) {
      yield answerOf(choice, body);
      byOrdinal.delete(ordinal);
    }
    if (byOrdinal.size === 0) {
      break;
    }
  }
}

function answerOf({ file, symbols }: Choice, body: Uint8Array): RawAnswer {
  const { layout, member, kind, symbol, holdings } = file;
  if (layout === undefined) {
    throw new TypeError(`${file.file.path} was chosen without a layout`);
  }
  const wanted = holdings.length > symbols.length ? symbols : undefined;
  return {
    kind: 'answer',
    symbols,
    format: FILES_FORMAT,
    request: factsOf({ path: file.file.path, member, kind, layout, symbol, wanted }),
    body,
  };
}
