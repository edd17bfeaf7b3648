/** What the worker registers: one export a workflow type. */
export { cleanupOldData } from './clean-up-old-data.ts';
export { dailyDataIngestion } from './daily-data-ingestion.ts';
export { etlJob } from './etl-job.ts';
export { healthCheck } from './health-check.ts';
export { historicalBackfill } from './historical-backfill.ts';
export { resolveQuarantine } from './resolve-quarantine.ts';
export { measureModelDrift } from './measure-model-drift.ts';
export { trainAnomalyModel } from './train-anomaly-model.ts';
export { dataQualityCheck } from './data-quality-check.ts';
export { generateQualityReport } from './generate-quality-report.ts';
