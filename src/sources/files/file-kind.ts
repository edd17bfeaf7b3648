import { boardOf, suffixOfCode, type StockSymbol } from '../../domain/stock-symbol.ts';
import { symbolKeyOf, symbolOfKey } from '../decode/symbol.ts';

export const FILE_KINDS = ['csv', 'ndjson', 'parquet'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

const ENDINGS: readonly (readonly [ending: RegExp, content: FileKind | 'tar' | 'zip'])[] = [
  [/\.csv(\.gz)?$/i, 'csv'],
  [/\.(ndjson|jsonl)(\.gz)?$/i, 'ndjson'],
  [/\.parquet$/i, 'parquet'],
  [/\.(tar(\.gz)?|tgz)$/i, 'tar'],
  [/\.zip$/i, 'zip'],
];

/** What a file holds by its name's ending; undefined for what is no bars. */
export function contentOf(path: string): FileKind | 'tar' | 'zip' | undefined {
  return ENDINGS.find(([ending]) => ending.test(path))?.[1];
}

/** As `contentOf`, for a member of an archive: archives within archives are not read. */
export function kindOfMember(name: string): FileKind | undefined {
  const content = contentOf(name);
  const isHidden = /(^|\/)(\.[^/]|__MACOSX\/)/.test(name);
  return isHidden || content === 'tar' || content === 'zip' ? undefined : content;
}

/** `000001.SZ_daily.csv`, `sh.600000.csv`, `sz000001.csv`, `600519.csv`: the symbol that a file's name tells. */
export function symbolOfName(path: string): StockSymbol | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const [explicit] =
    /(?<![\dA-Za-z])(?:\d{6}\.(?:SH|SZ|BJ|SS)|(?:sh|sz|bj)\.?\d{6})(?![\dA-Za-z])/i.exec(name) ??
    [];
  if (explicit !== undefined) {
    const key = symbolKeyOf(explicit);
    return key < 0 ? undefined : symbolOfKey(key);
  }
  // 202604 is a month in most names: a bare code counts only where exchanges give such codes out, and where it is alone.
  const codes = [...name.matchAll(/(?<!\d)\d{6}(?!\d)/g)]
    .map(([code]) => `${code}.${suffixOfCode(code) ?? ''}`)
    .filter((symbol) => boardOf(symbol) !== 'other');
  return codes.length === 1 ? codes[0] : undefined;
}
