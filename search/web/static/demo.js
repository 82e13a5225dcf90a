/** The page /demo: themes and attributes to try on the box, the lines to copy, and what the box tells its page. */

const THEMES = {
  plain: {},
  paper: {
    '--article-search-accent': '#a3271b',
    '--article-search-background': '#fffdf7',
    '--article-search-color': '#1d1a16',
    '--article-search-mark': '#ffe289',
    '--article-search-mark-color': '#2b1f00',
    '--article-search-radius': '0',
    '--article-search-font': '1rem/1.5 "Songti SC", "Noto Serif CJK SC", STSong, SimSun, serif',
  },
  night: { 'color-scheme': 'dark', '--article-search-accent': '#7fd1c2', '--article-search-background': '#15191d' },
  round: { '--article-search-accent': '#0b6e4f', '--article-search-radius': '1.5rem', '--article-search-panel-width': '34rem' },
};
const ATTRIBUTES = ['lang', 'section', 'placeholder', 'limit', 'completions'];
const MOST_EVENTS = 30;

const box = document.querySelector('article-search-box');
const host = document.querySelector('.host');
const form = document.querySelector('form');
const lines = document.querySelector('.lines');
const css = document.querySelector('.css');
const log = document.querySelector('.log');
const copy = document.querySelector('.copy');
const script = new URL('box.js', document.querySelector('script[src$="box.js"]').src).href;

const escaped = (text) => text.replace(/[&"<]/g, (sign) => ({ '&': '&amp;', '"': '&quot;', '<': '&lt;' })[sign]);

function show() {
  const theme = form.elements.theme.value;
  host.className = `host ${theme}`;
  box.removeAttribute('style');
  for (const [name, value] of Object.entries(THEMES[theme])) box.style.setProperty(name, value);
  const given = ATTRIBUTES.filter((name) => form.elements[name].value);
  for (const name of ATTRIBUTES) {
    if (given.includes(name)) box.setAttribute(name, form.elements[name].value);
    else box.removeAttribute(name);
  }
  const attributes = given.map((name) => ` ${name}="${escaped(form.elements[name].value)}"`).join('');
  lines.textContent = `cors_origins = "https://www.example.org"\n\n<script type="module" src="${script}"></script>\n<article-search-box${attributes}></article-search-box>`;
  const rules = Object.entries(THEMES[theme]).map(([name, value]) => `  ${name}: ${value};\n`);
  css.textContent = `article-search-box {\n${rules.join('')}}`;
  document.querySelector('.theme-css').hidden = !rules.length;
}

function note(event) {
  const item = document.createElement('p');
  const { query, href } = event.detail;
  item.textContent = `${event.type} ${JSON.stringify({ query, href })}`;
  log.prepend(item);
  if (log.children.length > MOST_EVENTS) log.lastChild.remove();
  if (form.elements.stay.checked) event.preventDefault();
}

form.addEventListener('input', show);
form.addEventListener('submit', (event) => event.preventDefault());
for (const name of ['submit', 'select']) box.addEventListener(`article-search-${name}`, note);
copy.addEventListener('click', async () => {
  const words = copy.textContent;
  try {
    await navigator.clipboard.writeText(lines.textContent);
  } catch {
    getSelection().selectAllChildren(lines); // a page without https has no clipboard: the keys have
    return;
  }
  copy.textContent = copy.dataset.done;
  setTimeout(() => (copy.textContent = words), 1500);
});
show();
