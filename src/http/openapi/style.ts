/** How the page of the API looks: light and dark, on phones and on paper. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1a1d21; --soft: #545b64; --line: #d8dce1; --back: #ffffff; --raised: #f5f6f8; --link: #0a58ca; --mark: #6b3fa0; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e8eb; --soft: #a3abb5; --line: #343a42; --back: #14171a; --raised: #1d2126; --link: #79b0ff; --mark: #c9a6ff; } }
* { box-sizing: border-box; }
body { margin: 0; color: var(--text); background: var(--back); font: 16px/1.55 system-ui, sans-serif; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; top: 1rem; background: var(--back); padding: .5rem; }
header, main, nav { max-width: 62rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.5rem; } h1 { margin: 0; font-size: 1.7rem; }
h2 { margin: 2.5rem 0 .25rem; font-size: 1.3rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
h3 { margin: 1rem 0 .25rem; font-size: 1rem; } .inside h3 { color: var(--soft); font-size: .9rem; }
p { margin: .4rem 0; } .soft { color: var(--soft); }
nav ul { display: flex; flex-wrap: wrap; gap: .4rem 1rem; padding: 0; list-style: none; }
code, pre { font: .875em/1.5 ui-monospace, monospace; }
code { overflow-wrap: anywhere; }
pre { overflow: auto; padding: .75rem; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; }
details > summary { cursor: pointer; padding: .45rem .75rem; display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; }
details[open] > summary { border-bottom: 1px solid var(--line); }
.group { border: 0; } .group > summary { padding-left: 0; border: 0; }
.inside { padding: .25rem .75rem .75rem; }
.method { font-weight: 700; text-transform: uppercase; min-width: 4rem; color: var(--mark); }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .925rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
tbody th code { white-space: nowrap; }
thead th { color: var(--soft); font-weight: 600; border-top: 0; }
td table { margin: .25rem 0 .25rem .5rem; }
@media print { details:not([open]) > *:not(summary) { display: block; } nav { display: none; } }
`;
