/** What a check of stored bars ends with; everything else about it lies in the tables `quality_check_*`. */
export interface QualityCheckResult {
  readonly checkId: string;
  readonly startDate: string;
  readonly endDate: string;
  readonly symbols: number;
  /** Stored bars that were judged. */
  readonly bars: number;
  /** 0 to 1; undefined where nothing was judged. */
  readonly score: number | undefined;
  /** 0 to 1 by dimension. */
  readonly dimensions: Readonly<Record<string, number>>;
  /** Findings that count, by rule, the most frequent first; at most ten. */
  readonly findings: Readonly<Record<string, number>>;
  /** Sessions without a bar that are owed and have no excuse. */
  readonly missing: number;
  /** Sessions whose bar is held in quarantine: readers lack them too, so they count as absent. */
  readonly held: number;
  /** The worst, at most ten. */
  readonly worstSymbols: readonly { readonly symbol: string; readonly score: number }[];
  /** Symbols that could not be judged, with the reason; at most ten. */
  readonly failures: readonly { readonly symbol: string; readonly message: string }[];
  readonly symbolsFailed: number;
  readonly notes: readonly string[];
}

/** What `generateQualityReport` ends with. */
export interface QualityReportResult {
  readonly reportId: number;
  readonly startDate: string;
  readonly endDate: string;
  readonly score: number | undefined;
  /** One sentence: what to conclude. */
  readonly headline: string;
  /** Of the page, for a browser: `file://…` or `s3://…`. */
  readonly link: string;
  readonly markdownLink: string;
  readonly jsonLink: string;
  readonly bytes: number;
  readonly symbols: number;
  readonly bars: number;
}
