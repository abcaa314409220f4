/** Style sheet of the page: the system's fonts, its light or dark mode, and one column on a phone. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--card:#f6f7f9;--ink:#1c2128;--soft:#59636e;--line:#d9dee4;--grid:#e6e9ee;
--best:#0b63b8;--good:#1a7f37;--bad:#b42318}
@media (prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1a2029;--ink:#e6eaf0;--soft:#9aa5b1;--line:#313a46;--grid:#262e38;
--best:#62b0ff;--good:#57c978;--bad:#ff8a7a}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:66rem;padding:2rem 1rem 4rem;background:var(--bg);color:var(--ink);
font:1rem/1.5 system-ui,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 .5rem}
h2{font-size:1.25rem;margin:2.5rem 0 .5rem}
p{margin:.4rem 0 1rem;max-width:46rem;overflow-wrap:anywhere}
.soft,footer{color:var(--soft)}
.verdict{font-size:1.15rem;font-weight:600}
dl.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;margin:1.5rem 0}
dl.tiles>div{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.7rem .8rem}
dt{color:var(--soft);font-size:.9rem}
dd{margin:0;font-size:1.5rem;font-weight:600;line-height:1.3}
.scroll{overflow-x:auto;margin:1rem 0}
.scroll:focus-visible{outline:2px solid var(--best)}
table{border-collapse:collapse;width:100%;white-space:nowrap}
caption{text-align:left;color:var(--soft);font-size:.9rem;padding-bottom:.4rem;white-space:normal}
th,td{padding:.4rem .7rem;text-align:right;border-bottom:1px solid var(--line)}
thead th{color:var(--soft);font-weight:500;font-size:.9rem}
th[scope=row],td.text,th.text{text-align:left;font-weight:500}
td.wide{white-space:normal;min-width:16rem}
td.good{color:var(--good)}td.bad{color:var(--bad)}
tr.chosen>*{background:var(--card);font-weight:600}
figure{margin:0;max-width:46rem}
figcaption{color:var(--soft);font-size:.95rem}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font:12px system-ui,sans-serif;fill:var(--soft)}
.grid path{stroke:var(--grid);stroke-width:1}
path.front{fill:none;stroke:var(--best);stroke-width:2;opacity:.5}
path.limit{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:5 4}
text.limit{fill:var(--bad)}
.point{outline:none;cursor:default}
.point circle{fill:var(--bg);stroke:var(--soft);stroke-width:1.5}
.point.good circle{stroke:var(--good)}.point.bad circle{stroke:var(--bad)}
.point.best circle{fill:var(--best);stroke:var(--best)}
.point path.cross{stroke:var(--bad);stroke-width:1.5}
.point:hover circle,.point:focus circle{stroke-width:4}
.point .tip{visibility:hidden;pointer-events:none}
.point:hover .tip,.point:focus .tip{visibility:visible}
.tip rect{fill:var(--card);stroke:var(--line)}
.tip text{fill:var(--ink)}
footer{margin-top:3rem;font-size:.9rem}
@media print{body{max-width:none}figure,table{break-inside:avoid}}
@media (max-width:34rem){body{padding-top:1.2rem}h1{font-size:1.4rem}th,td{padding:.35rem .45rem}}
`
