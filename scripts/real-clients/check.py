"""Points the real PyPI clients of Tushare, Baostock and AKShare at running emulators, and compares what they read.

The emulators' own proof: a client that was written for the real source reads them. Not part of `npm test`.
"""

import json
import os
import sys

import akshare
import baostock
import baostock.common.contants as constants
import requests
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


# Where AKShare asks, and the emulator that stands there. Anything else it asks for ends the check.
STANDS_FOR = {
    "https://push2his.eastmoney.com/": "ETL_EASTMONEY_URL",
    "https://proxy.finance.qq.com/ifzqgtimg/": "ETL_TENCENT_URL",
}
FIRST_DAY = "https://web.ifzq.gtimg.cn/other/klineweb/klineWeb/weekTrends"
send = requests.sessions.Session.request


def redirected(session, method, url, **options):
    if url.startswith(FIRST_DAY):  # Tencent's list of weeks: not asked by our adapter, so not emulated.
        answer = requests.Response()
        answer.status_code = 200
        answer._content = b'trend_qfq={"data":[["2026-01-02"]]}'
        return answer
    for place, setting in STANDS_FOR.items():
        if url.startswith(place):
            return send(session, method, os.environ[setting] + "/" + url[len(place) :], **options)
    raise AssertionError(f"akshare asks for {url}")


def read_akshare_eastmoney():
    frame = akshare.stock_zh_a_hist(
        symbol=SYMBOL[:6],
        period="daily",
        start_date=START.replace("-", ""),
        end_date=END.replace("-", ""),
        adjust="",
    )
    rows = json.loads(frame.to_json(orient="records", date_format="iso"))
    return rows, {
        row["日期"][:10].replace("-", ""): (row["收盘"], row["成交量"] * 100) for row in rows
    }


def read_akshare_tencent():
    frame = akshare.stock_zh_a_hist_tx(symbol="sh600000", start_date=START, end_date=END)
    return {
        row.date.isoformat().replace("-", ""): (row.close, round(row.volume))
        for row in frame.itertuples()
    }


def read_aktools():
    """What a real AKTools server gives is what AKShare returns, as JSON: the emulator's must be that."""
    query = {
        "symbol": SYMBOL[:6],
        "period": "daily",
        "start_date": START.replace("-", ""),
        "end_date": END.replace("-", ""),
        "adjust": "",
    }
    with requests.Session() as session:
        url = os.environ["ETL_AKTOOLS_URL"] + "/api/public/stock_zh_a_hist"
        return send(session, "GET", url, params=query).json()


def in_lots(bars):
    """Volumes to whole lots, as sources have them that know no others."""
    return {day: (close, (volume + 50) // 100 * 100) for day, (close, volume) in bars.items()}


def main():
    requests.sessions.Session.request = redirected
    rows, by_eastmoney = read_akshare_eastmoney()
    by_tencent = read_akshare_tencent()
    requests.sessions.Session.request = send
    by_tushare, by_baostock = read_tushare(), read_baostock()
    print(f"tushare {tushare.__version__}: {len(by_tushare)} bars; baostock: {len(by_baostock)} bars")
    print(
        f"akshare {akshare.__version__}: stock_zh_a_hist {len(by_eastmoney)} bars, "
        f"stock_zh_a_hist_tx {len(by_tencent)} bars"
    )
    faults = 0
    for name, read, expected in [
        ("baostock and tushare", by_baostock, by_tushare),
        ("akshare stock_zh_a_hist and tushare", by_eastmoney, in_lots(by_tushare)),
        ("akshare stock_zh_a_hist_tx and tushare", by_tencent, in_lots(by_tushare)),
        ("aktools and akshare", read_aktools(), rows),
    ]:
        if not read or read != expected:
            faults += 1
            print(f"{name} differ", read, expected, sep="\n")
    print("equal" if faults == 0 else f"{faults} differences")
    return 0 if faults == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
