/** The look of the pages, on a phone first. Both schemes keep the contrasts of WCAG 2.2 AA. */
export const STYLE = `
:root {
  --ground: #f6f4f0; --sheet: #ffffff; --ink: #22201c; --soft: #5c574e; --line: #d9d4ca;
  --accent: #1f5f8b; --on-accent: #ffffff; --warn: #8a2b12; --code: #efece6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #191816; --sheet: #242220; --ink: #f0ede7; --soft: #b8b2a7; --line: #3d3a35;
    --accent: #8cc4ea; --on-accent: #10202c; --warn: #ffb199; --code: #312e2a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1.0625rem/1.5 system-ui, sans-serif; }
main { max-width: 40rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 0 0 .5rem; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
p, ul, ol { margin: 0 0 .75rem; }
ul, ol { padding-left: 1.4rem; }
section { background: var(--sheet); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem; margin: 1rem 0; }
.soft { color: var(--soft); }
.button + .soft, input + .soft { margin-top: .4rem; }
.warn { color: var(--warn); font-weight: 600; }
a { color: var(--accent); overflow-wrap: anywhere; }
.button, button {
  display: block; width: 100%; min-height: 3rem; padding: .7rem 1rem; border: 0; border-radius: .6rem; text-align: center;
  background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; text-decoration: none; cursor: pointer;
}
.second { background: transparent; color: var(--accent); border: 2px solid var(--accent); margin-top: .75rem; }
a:focus-visible, button:focus-visible, input:focus-visible, summary:focus-visible {
  outline: 3px solid var(--accent); outline-offset: 3px;
}
h3 + .fingerprint { margin-bottom: .75rem; }
details { border-top: 1px solid var(--line); padding: .25rem 0; }
summary { cursor: pointer; font-weight: 600; padding: .5rem 0; }
code { background: var(--code); border-radius: .3rem; padding: .1rem .3rem; overflow-wrap: anywhere; }
.fingerprint { display: block; padding: .6rem; font-size: .95rem; line-height: 1.7; word-spacing: .2em; }
.words { padding: .6rem; border-radius: .3rem; background: var(--code); font-size: 1.15rem; font-weight: 600; word-spacing: .35em; }
label { display: block; font-weight: 600; margin: .75rem 0 .25rem; }
input {
  width: 100%; min-height: 2.9rem; padding: .5rem .7rem; border: 1px solid var(--soft); border-radius: .5rem;
  background: var(--ground); color: var(--ink); font: inherit;
}
button { margin-top: 1rem; }
[hidden] { display: none; }
`;
