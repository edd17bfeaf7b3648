import type { ModelStore } from '../activities/deps.ts';
import type { Config } from '../config/config.ts';
import {
  activateModel,
  listModels,
  readModelBytes,
  saveDrift,
  saveModel,
} from '../warehouse/model-versions.ts';
import { queryRows, type Warehouse } from '../warehouse/pool.ts';
import { knownSymbols } from '../warehouse/queries.ts';
import { readBarColumns } from '../warehouse/read-bar-columns.ts';

/** Models and history in a warehouse, as training and judging use them. */
export function createModelStore(
  warehouse: Warehouse,
  { anomalyContamination }: Pick<Config, 'anomalyContamination'>,
): ModelStore {
  return {
    contamination: anomalyContamination,
    async symbols(startDate, endDate) {
      const rows = await queryRows<{ symbol: string }>(
        warehouse,
        'Reading symbols with bars',
        `select s.symbol from unnest($1::text[]) as s (symbol)
          where exists (select from daily_bars b
                         where b.symbol = s.symbol and b.trade_date between $2 and $3)
          order by s.symbol collate "C"`,
        [[...(await knownSymbols(warehouse))], startDate, endDate],
      );
      return rows.map(({ symbol }) => symbol);
    },
    bars: (range) => readBarColumns(warehouse, range),
    save: (model) => saveModel(warehouse, model),
    list: (filter) => listModels(warehouse, filter),
    stored: (modelId) => readModelBytes(warehouse, modelId),
    activate: (decision) => activateModel(warehouse, decision),
    saveDrift: (drift) => saveDrift(warehouse, drift),
  };
}
