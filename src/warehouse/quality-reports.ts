import { DataQualityError } from '../domain/errors.ts';
import { queryRows, type Warehouse } from './pool.ts';

/** A report that was drawn; its pages lie in the object store. */
export interface StoredReport {
  readonly id: number;
  readonly checkId: string;
  readonly jobId: string;
  readonly startDate: string;
  readonly endDate: string;
  readonly score: number | null;
  readonly headline: string;
  readonly htmlKey: string;
  readonly markdownKey: string;
  readonly jsonKey: string;
  readonly bytes: number;
  /** ISO instant. */
  readonly createdAt: string;
}

export interface NewReport {
  readonly checkId: string;
  readonly jobId: string;
  readonly startDate: string;
  readonly endDate: string;
  readonly score: number | undefined;
  readonly headline: string;
  readonly location: string;
  readonly htmlKey: string;
  readonly markdownKey: string;
  readonly jsonKey: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Lists a report, in place of an earlier drawing of the same check. @returns its id */
export async function recordReport(warehouse: Warehouse, report: NewReport): Promise<number> {
  const [row] = await queryRows<{ id: number }>(
    warehouse,
    'Listing a quality report',
    `insert into quality_reports (check_id, job_id, start_date, end_date, score, headline, location, html_key, markdown_key,
       json_key, html_sha256, bytes) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     on conflict (check_id) do update
       set score = excluded.score, headline = excluded.headline, html_sha256 = excluded.html_sha256, bytes = excluded.bytes
     returning report_id as id`,
    [
      report.checkId,
      report.jobId,
      report.startDate,
      report.endDate,
      report.score ?? null,
      report.headline,
      report.location,
      report.htmlKey,
      report.markdownKey,
      report.jsonKey,
      report.sha256,
      report.bytes,
    ],
  );
  if (row === undefined) {
    throw new DataQualityError('A report was not listed', { code: 'ETL-REP-001' });
  }
  return row.id;
}

const COLUMNS = `
  report_id as id, check_id as "checkId", job_id as "jobId", start_date as "startDate", end_date as "endDate", score,
  headline, html_key as "htmlKey", markdown_key as "markdownKey", json_key as "jsonKey", bytes,
  to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "createdAt"`;

/** Newest first. */
export async function listReports(
  warehouse: Warehouse,
  limit: number,
): Promise<readonly StoredReport[]> {
  return queryRows<StoredReport & Record<string, unknown>>(
    warehouse,
    'Listing quality reports',
    `select ${COLUMNS} from quality_reports order by report_id desc limit $1`,
    [limit],
  );
}

/** The report of an id, or the newest where none is given. */
export async function readReport(
  warehouse: Warehouse,
  id: number | undefined,
): Promise<StoredReport | undefined> {
  const [row] = await queryRows<StoredReport & Record<string, unknown>>(
    warehouse,
    'Reading a quality report',
    `select ${COLUMNS} from quality_reports where $1::bigint is null or report_id = $1
      order by report_id desc limit 1`,
    [id ?? null],
  );
  return row;
}
