"""Points the real PyPI clients of Tushare and Baostock at running emulators, and compares what they read.

The emulators' own proof: a client that was written for the real source reads them. Not part of `npm test`.
"""

import os
import sys

import baostock
import baostock.common.contants as constants
import tushare

SYMBOL = "600000.SH"
START, END = "2026-11-02", "2026-11-20"


def read_tushare():
    api = tushare.pro_api(os.environ["TUSHARE_TOKEN"])
    api._DataApi__http_url = os.environ["ETL_TUSHARE_URL"] + "/dataapi"
    rows = api.daily(
        ts_code=SYMBOL,
        start_date=START.replace("-", ""),
        end_date=END.replace("-", ""),
    )
    return {row.trade_date: (row.close, round(row.vol * 100)) for row in rows.itertuples()}


def read_baostock():
    host, port = os.environ["ETL_BAOSTOCK_ADDRESS"].split(":")
    constants.BAOSTOCK_SERVER_IP = host
    constants.BAOSTOCK_SERVER_PORT = int(port)
    assert baostock.login().error_code == "0"
    answer = baostock.query_history_k_data_plus(
        "sh.600000",
        "date,code,close,volume,tradestatus",
        start_date=START,
        end_date=END,
        frequency="d",
        adjustflag="3",
    )
    assert answer.error_code == "0", answer.error_msg
    read = {}
    while answer.next():
        day, _, close, volume, status = answer.get_row_data()
        if status == "1":
            read[day.replace("-", "")] = (float(close), int(volume))
    return read


def main():
    by_tushare, by_baostock = read_tushare(), read_baostock()
    print(f"tushare {tushare.__version__}: {len(by_tushare)} bars; baostock: {len(by_baostock)} bars")
    if not by_tushare or by_tushare != by_baostock:
        print("they differ", by_tushare, by_baostock, sep="\n")
        return 1
    print("equal")
    return 0


if __name__ == "__main__":
    sys.exit(main())
