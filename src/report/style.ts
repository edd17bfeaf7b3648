/** The page's look: one column of reading width, drawings as wide as it, light and dark by the reader's choice, paper in print. */
export const STYLE = `
:root{--paper:#fbfaf6;--card:#fff;--ink:#201e1b;--muted:#6b665d;--line:#e8e3d8;--track:#eeeae0;--accent:#27567a;--sent:#b08a4a;
--good:#2f7d5b;--watch:#b7801f;--poor:#b3362c;--flag:#7a3fa0;--up:#c0392b;--down:#2e7d5b;
--heat-4:#4f9d7c;--heat-3:#9cc9a6;--heat-2:#e6c66b;--heat-1:#dd8a4b;--heat-0:#b3362c;color-scheme:light dark}
@media (prefers-color-scheme:dark){:root{--paper:#161513;--card:#1e1d1a;--ink:#ece8df;--muted:#a09a8e;--line:#33302a;--track:#2b2924;
--accent:#7fb2d9;--sent:#d9b577;--good:#63bb93;--watch:#dfae52;--poor:#f0837a;--flag:#c79be6;--up:#ef7b6e;--down:#5fb38c;
--heat-4:#3f8b6b;--heat-3:#6ea584;--heat-2:#c2a24c;--heat-1:#c4743a;--heat-0:#e0655a}}
*{box-sizing:border-box}
html{background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"PingFang SC","Noto Sans CJK SC",sans-serif;
-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:62rem;padding:3rem 1.5rem 4rem}
h1,h2{font-family:ui-serif,Georgia,"Songti SC","Noto Serif CJK SC",serif;font-weight:600;line-height:1.15;letter-spacing:-.01em;text-wrap:balance}
h1{font-size:2.6rem;margin:.1rem 0 .9rem}h2{font-size:1.5rem;margin:0 0 .35rem}
h3{font-size:1rem;margin:1.4rem 0 .3rem}
.kicker{color:var(--muted);font-size:.85rem;letter-spacing:.08em;text-transform:uppercase;margin:0}
.lead{font-size:1.2rem;max-width:46rem;margin:0 0 1.6rem}
.demo{border:1px solid var(--watch);border-radius:.4rem;padding:.5rem .8rem;margin:0 0 1.5rem;color:var(--watch)}
.figures{display:grid;grid-template-columns:minmax(13rem,1.4fr) repeat(3,1fr);gap:1px;background:var(--line);border:1px solid var(--line);
border-radius:.6rem;overflow:hidden;margin:0 0 1rem}
.figure{background:var(--card);padding:1rem 1.1rem}
.figure b{display:block;font:600 1.7rem/1.1 ui-serif,Georgia,serif;font-variant-numeric:tabular-nums;margin:.15rem 0 .2rem}
.figure span{color:var(--muted);font-size:.85rem;display:block}
.figure.score b{font-size:3.1rem}
.good b,.tone-good{color:var(--good)}.watch b,.tone-watch{color:var(--watch)}.poor b,.tone-poor{color:var(--poor)}
nav{display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.88rem;margin:0 0 1rem;padding:0}
a{color:var(--accent);text-decoration-thickness:1px;text-underline-offset:.2em}
section{border-top:1px solid var(--line);padding:1.7rem 0 1.2rem;break-inside:avoid-page}
.says{max-width:46rem;margin:0 0 1rem;font-weight:500}
figure{margin:0 0 .8rem;overflow-x:auto}
figcaption{color:var(--muted);font-size:.86rem;max-width:46rem;margin:.3rem 0 0}
svg{max-width:100%;height:auto;display:block}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th{font-weight:600;color:var(--muted);text-align:left;font-size:.8rem;border-bottom:1px solid var(--line);padding:.3rem .8rem .3rem 0;white-space:nowrap}
td{border-bottom:1px solid var(--line);padding:.4rem .8rem .4rem 0;vertical-align:top}
tr:last-child td{border-bottom:0}th.n,td.n{text-align:right}td:last-child,th:last-child{padding-right:0}
td.nowrap{white-space:nowrap}
.bar{display:inline-block;width:5rem;height:.5rem;border-radius:.25rem;background:var(--track);vertical-align:middle;margin-left:.5rem;overflow:hidden}
.bar i{display:block;height:100%}.bar i.good{background:var(--good)}.bar i.watch{background:var(--watch)}.bar i.poor{background:var(--poor)}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;font-size:.84rem;color:var(--muted);margin:.2rem 0 0;padding:0;list-style:none}
.legend i{display:inline-block;width:.85rem;height:.85rem;border-radius:.15rem;margin-right:.4rem;vertical-align:-.1rem}
.legend i.stroke{height:0;border-top:2px solid;border-radius:0;vertical-align:.28rem;width:1.3rem}
ol.flags{margin:.4rem 0 0;padding:0;list-style:none;font-size:.9rem}
ol.flags li{display:grid;grid-template-columns:1.6rem 6.4rem 1fr;gap:.4rem;padding:.25rem 0;border-bottom:1px solid var(--line)}
ol.flags li:last-child{border-bottom:0}
.number{background:var(--flag);color:var(--paper);border-radius:50%;width:1.25rem;height:1.25rem;font-size:.72rem;font-weight:700;
display:inline-grid;place-items:center}
.state{border:1px solid var(--line);border-radius:1rem;padding:0 .5rem;font-size:.76rem;color:var(--muted);white-space:nowrap}
.quiet{color:var(--muted)}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--track);padding:.05em .3em;border-radius:.2rem}
footer{border-top:1px solid var(--line);color:var(--muted);font-size:.86rem;padding-top:1rem}footer p{max-width:46rem}
@media (max-width:44rem){body{padding:1.5rem 1rem}.figures{grid-template-columns:1fr 1fr}h1{font-size:1.9rem}
figure svg{min-width:34rem}.scroll{overflow-x:auto}}
@media print{:root{--paper:#fff;--card:#fff}html{font-size:11pt}body{max-width:none;padding:0}nav{display:none}
section{padding:.9rem 0 .6rem}a{color:inherit;text-decoration:none}}
`;
