import type { BarsDecoder, DatasetDecoder } from './data-source.ts';
import { AKTOOLS_HIST, decodeAktoolsHist } from './aktools/decode-hist.ts';
import { BAOSTOCK_DATASET_DECODERS } from './baostock/datasets.ts';
import {
  BAOSTOCK_KLINE,
  BAOSTOCK_SESSION,
  decodeBaostockKline,
  decodeBaostockSession,
} from './baostock/decode-kline.ts';
import { decodeEastmoneyKline, EASTMONEY_KLINE } from './eastmoney/decode-kline.ts';
import { decodeFile, FILES_FORMAT } from './files/decode-file.ts';
import { decodeSinaKline, SINA_KLINE } from './sina/decode-kline.ts';
import { decodeAnswer, SIMULATED_FORMAT } from './simulated/wire.ts';
import { decodeTencentKline, TENCENT_KLINE } from './tencent/decode-kline.ts';
import { decodeTiingoDaily, TIINGO_DAILY } from './tiingo/decode-daily.ts';
import { TUSHARE_DATASETS } from './tushare/datasets.ts';
import { decodeTushareDaily, TUSHARE_DAILY } from './tushare/decode-daily.ts';
import { decodeYahooChart, YAHOO_CHART } from './yahoo/decode-chart.ts';

/** Every format that a landed answer may have: a format is never removed, since old answers must stay readable. */
export const decoders: Readonly<Record<string, BarsDecoder>> = {
  [FILES_FORMAT]: decodeFile,
  [SIMULATED_FORMAT]: decodeAnswer,
  [TUSHARE_DAILY]: decodeTushareDaily,
  [EASTMONEY_KLINE]: decodeEastmoneyKline,
  [TENCENT_KLINE]: decodeTencentKline,
  [SINA_KLINE]: decodeSinaKline,
  [BAOSTOCK_KLINE]: decodeBaostockKline,
  [BAOSTOCK_SESSION]: decodeBaostockSession,
  [AKTOOLS_HIST]: decodeAktoolsHist,
  [YAHOO_CHART]: decodeYahooChart,
  [TIINGO_DAILY]: decodeTiingoDaily,
};

/** As `decoders`, of reference datasets. */
export const datasetDecoders: Readonly<Record<string, DatasetDecoder>> = {
  ...Object.fromEntries(
    Object.values(TUSHARE_DATASETS).map(({ format, decode }) => [format, decode]),
  ),
  ...BAOSTOCK_DATASET_DECODERS,
};
