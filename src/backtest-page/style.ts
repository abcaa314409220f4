/** Style sheet of the page: the system's fonts, its light or dark mode, and one column on a phone. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--card:#f6f7f9;--ink:#1c2128;--soft:#59636e;--line:#d9dee4;--grid:#e6e9ee;
--ours:#0b63b8;--vpa:#b45309;--krr:#8b3fa0;--used:#b9c3ce;--bad:#b42318}
@media (prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1a2029;--ink:#e6eaf0;--soft:#9aa5b1;--line:#313a46;--grid:#262e38;
--ours:#62b0ff;--vpa:#f0a04b;--krr:#d08be0;--used:#46515e;--bad:#ff8a7a}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:66rem;padding:2rem 1rem 4rem;background:var(--bg);color:var(--ink);
font:1rem/1.5 system-ui,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 .5rem}
h2{font-size:1.25rem;margin:3rem 0 .5rem}
h3{font-size:1rem;margin:0;overflow-wrap:anywhere}
p{margin:.4rem 0 1rem;max-width:46rem}
.soft,figcaption,.key,dd small,footer{color:var(--soft)}
.about{overflow-wrap:anywhere}
dl.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;margin:1.5rem 0}
dl.tiles>div{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.7rem .8rem}
dt{color:var(--soft);font-size:.9rem}
dd{margin:0;font-size:1.5rem;font-weight:600;line-height:1.3}
dd small{display:flex;flex-wrap:wrap;gap:0 .9rem;font-size:.85rem;font-weight:400}
.unit{display:inline-block;white-space:nowrap;font-size:.85rem;font-weight:400;color:var(--soft)}
.scroll{overflow-x:auto;margin:1rem 0}
.scroll:focus-visible{outline:2px solid var(--ours)}
table{border-collapse:collapse;width:100%;white-space:nowrap}
caption{text-align:left;color:var(--soft);font-size:.9rem;padding-bottom:.4rem;white-space:normal}
th,td{padding:.4rem .7rem;text-align:right;border-bottom:1px solid var(--line)}
thead th{color:var(--soft);font-weight:500;font-size:.9rem}
th[scope=row],thead th:first-child{text-align:left;font-weight:500;padding-left:.4rem}
th[scope=colgroup]{text-align:center}
thead.two tr:first-child>*{border-bottom:0;padding-bottom:0}
tr.chosen>*{background:var(--card);font-weight:600}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:1rem 1.5rem;margin:1rem 0}
figure{margin:0;min-width:0}
figcaption{font-size:.95rem;margin-bottom:.2rem}
figcaption b{color:var(--ink)}
svg{display:block;width:100%;height:auto}
svg text{font:13.5px system-ui,sans-serif;fill:var(--soft)}
svg text.label{fill:var(--ink)}
.grid path{stroke:var(--grid);stroke-width:1}
.trade{fill:none;stroke:var(--ours);stroke-width:2;opacity:.45}
circle.ours{fill:var(--bg);stroke:var(--ours);stroke-width:2.5}
circle.chosen{fill:var(--ours)}
rect.vpa{fill:var(--vpa)}path.krr{fill:var(--krr)}
path.line{fill:none;stroke-width:2;stroke-linejoin:round}
path.line.ours,path.line.request{stroke:var(--ours)}
path.line.vpa{stroke:var(--vpa);stroke-dasharray:6 3}
path.line.krr{stroke:var(--krr);stroke-dasharray:2 3;fill:none}
path.line.limit{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:5 4}
path.used{fill:var(--used)}
rect.warm-up{fill:var(--card)}
.right{stroke:var(--soft);stroke-width:1.5;stroke-dasharray:4 4}
circle.bin{fill:var(--ours);fill-opacity:.65;stroke:var(--ours)}
.key{font-size:.9rem;margin:.2rem 0}
.key{display:flex;flex-wrap:wrap;gap:.1rem 1rem}
.swatch{display:inline-block;width:1.1rem;height:.7rem;margin-right:.35rem;border-radius:2px}
.swatch.ours,.swatch.request{background:var(--ours)}.swatch.vpa{background:var(--vpa)}.swatch.krr{background:var(--krr)}
.swatch.used{background:var(--used)}.swatch.limit{background:var(--bad)}
article{border:1px solid var(--line);border-radius:.6rem;padding:.8rem 1rem;margin:.75rem 0}
article p{max-width:none;margin:.2rem 0 .5rem;font-size:.95rem}
article .pair{margin:.3rem 0 0}
footer{margin-top:3rem;font-size:.9rem}
@media print{body{max-width:none}article,figure,table{break-inside:avoid}}
@media (max-width:34rem){body{padding-top:1.2rem}h1{font-size:1.4rem}th,td{padding:.35rem .45rem}article{padding:.7rem}}
`
