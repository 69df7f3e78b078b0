"""The style sheet of every page, for light and dark themes, phones and desktops. It loads no other resources."""

STYLE = """
:root {
  color-scheme: light dark;
  --ground: #edf1f5; --card: #fff; --edge: #d3dce6; --text: #1f2d3d; --soft: #4a5e73; --field: #f4f7fa;
  --accent: #0b6ca8; --on-accent: #fff; --good: #1c7a43; --bad: #b3261e;
  --shade: 0 12px 32px #1f2d3d1f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0b1622; --card: #152232; --edge: #2b3d52; --text: #e5edf5; --soft: #a3b6ca; --field: #0f1c2a;
    --accent: #4dbdf5; --on-accent: #06131f; --good: #6fd39a; --bad: #ff9c94;
    --shade: 0 12px 32px #0006;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding-block: 1rem; min-height: 100vh; display: flex; flex-direction: column; background: var(--ground);
  color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere;
}
.banner {
  margin-block: -1rem 1rem; padding: .5rem 1rem; text-align: center; font-size: .875rem; color: var(--text);
  background: var(--card); border-bottom: 2px dashed var(--accent);
}
main {
  width: min(27rem, 100% - 2rem); margin: auto; padding: 2rem; background: var(--card); border: 1px solid var(--edge);
  border-radius: 1rem; box-shadow: var(--shade);
}
h1 { margin: 0 0 1rem; font-size: 1.375rem; line-height: 1.3; font-weight: 650; text-wrap: balance; }
h2 { margin: 0; font-size: 1rem; }
p { margin: 0 0 1rem; text-wrap: pretty; }
:lang(ja) { word-break: auto-phrase; }
a { color: var(--accent); }
.soft { color: var(--soft); font-size: .9rem; }
main > :last-child, main > div > :last-child { margin-bottom: 0; }
.brand { display: flex; align-items: center; gap: .6rem; margin: 0 0 1.25rem; color: var(--soft); font-weight: 600; }
.brand img { flex: none; width: 2rem; height: 2rem; border-radius: .4rem; object-fit: cover; }
.sign {
  display: grid; place-items: center; width: 3rem; height: 3rem; margin: 0 0 1rem; border-radius: 50%;
  border: 2px solid currentColor; font-size: 1.4rem; font-weight: 700; line-height: 1;
}
.good { color: var(--good); }
.bad { color: var(--bad); }
form { margin: 0; }
.actions {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(9rem, 100%), 1fr)); grid-auto-rows: 1fr;
  gap: .75rem; margin: 1.5rem 0;
}
.actions > form { display: grid; }
button, a.button {
  width: 100%; min-height: 2.75rem; padding: .6rem .75rem; border: 1px solid var(--accent); border-radius: .6rem;
  background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; cursor: pointer;
}
button:hover, a.button:hover { filter: brightness(1.08); }
a.button { display: grid; place-items: center; text-align: center; text-decoration: none; }
button.quiet, a.button.quiet { background: transparent; color: var(--text); border-color: var(--soft); }
button.quiet:hover, a.button.quiet:hover { background: var(--field); }
button.link {
  width: auto; min-height: 0; padding: .25rem 0; border: 0; background: none; color: var(--accent); font-weight: 400;
  text-decoration: underline;
}
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
.who { display: flex; align-items: center; gap: .75rem; text-align: start; }
button.who { font-weight: 500; }
button.who + button.who { margin-top: .75rem; }
.pair { display: flex; align-items: center; gap: .6rem; margin: 0 0 1.25rem; }
.pair::before { content: ""; order: 1; width: 2.5rem; border-top: 2px dotted var(--soft); }
.pair > :last-child { order: 2; }
.avatar.other { background: var(--soft); color: var(--card); }
.avatar {
  flex: none; display: grid; place-items: center; width: 2.5rem; height: 2.5rem; border-radius: .6rem;
  background: var(--accent); color: var(--on-accent); font-weight: 700;
}
dl {
  margin: 0 0 1rem; padding: .9rem 1rem; background: var(--field); border: 1px solid var(--edge); border-radius: .6rem;
}
dt { color: var(--soft); font-size: .875rem; }
dd { margin: 0 0 .6rem; }
dd:last-child { margin: 0; }
ul { margin: 0 0 1rem; padding: 0; list-style: none; }
li { padding: 1rem 0; border-bottom: 1px solid var(--edge); }
li p { margin: 0 0 .75rem; }
label { display: block; margin-bottom: .4rem; font-weight: 600; }
code, textarea { font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
textarea {
  display: block; width: 100%; margin: 0 0 1rem; padding: .75rem; resize: vertical; color: var(--text);
  background: var(--field); border: 1px solid var(--soft); border-radius: .6rem;
}
[role="status"] { margin-top: .75rem; }
[hidden] { display: none; }
@media (max-width: 30rem) {
  main { padding: 1.5rem 1.25rem; }
  main:first-child { margin-block: 0 auto; }
}
"""
