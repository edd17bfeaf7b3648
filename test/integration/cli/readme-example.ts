import { connect, ConfigurationError } from 'candlewick';

// TEMPORAL_ADDRESS and the like say where; so does connect({ address }).
const candlewick = await connect();
try {
  const metrics = await candlewick.runJob({
    jobName: 'from-code',
    symbols: ['600000.SH', '000001.SZ'],
    startDate: '2024-01-02',
    endDate: '2024-01-31',
  });
  process.stdout.write(`${metrics.status}: ${metrics.recordsLoaded} rows loaded\n`);
} catch (error) {
  if (!(error instanceof ConfigurationError)) {
    throw error;
  }
  process.stdout.write(`refused: ${error.message}\n`);
} finally {
  await candlewick.close();
}
