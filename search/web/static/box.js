/**
 * <article-search-box>: this service's search box for any page. docs/embedding.md tells a site owner how to use it.
 *
 *   <script type="module" src="https://search.example.org/box.js"></script>
 *   <article-search-box></article-search-box>
 */

const HERE = new URL('.', import.meta.url).href;

const TYPING_MS = 80; // waited for within a burst of keys, not after a pause
const COMPLETIONS_MS = 200; // results never wait longer for completions
const PATIENCE_MS = 10_000;
const BUSY_MS = 250;
const KEPT_MS = 300_000;
const KEPT_ANSWERS = 60;
const MOST_CHARS = 500;
const PRE = '\uE000';
const POST = '\uE001';

/** What input methods show before there are characters: Latin letters, bopomofo and tones, strokes, nothing but keys of Cangjie. */
const HALF_TYPED =
  /[\p{Script=Latin}\p{Script=Bopomofo}ˊˇˋ˙\u31C0-\u31EF丨丿丶乛]|^[日月金木水火土竹戈十大中一弓人心手口尸廿山女田難卜重]{1,5}$/u;

const WORDS = {
  'zh-Hans': {
    label: '搜索文章',
    clear: '清空',
    completions: '建议',
    results: '文章',
    all: (count) => `查看全部 ${count} 篇`,
    meant: (text) => `您是不是要找：${text}`,
    none: (text) => `没有找到含有“${text}”的文章`,
    relaxed: '没有文章同时含有所有词语，以下文章含有其中最关键的部分。',
    offline: '现在连不上搜索服务，请检查网络后再试。',
    unavailable: '搜索服务暂时不能使用，请稍后再试。',
    status: (count, shown) => `共 ${count} 篇，列出 ${shown} 项，可用上下方向键选择`,
  },
  'zh-Hant': {
    label: '搜尋文章',
    clear: '清空',
    completions: '建議',
    results: '文章',
    all: (count) => `查看全部 ${count} 篇`,
    meant: (text) => `您是不是要找：${text}`,
    none: (text) => `沒有找到含有「${text}」的文章`,
    relaxed: '沒有文章同時含有所有詞語，以下文章含有其中最關鍵的部分。',
    offline: '現在連不上搜尋服務，請檢查網路後再試。',
    unavailable: '搜尋服務暫時不能使用，請稍後再試。',
    status: (count, shown) => `共 ${count} 篇，列出 ${shown} 項，可用上下方向鍵選擇`,
  },
  en: {
    label: 'Search the articles',
    clear: 'Clear',
    completions: 'Suggestions',
    results: 'Articles',
    all: (count) => (count === '1' ? 'See 1 article' : `See all ${count} articles`),
    meant: (text) => `Did you mean ${text}`,
    none: (text) => `No articles found for “${text}”`,
    relaxed: 'No article has all the words; these have the most telling of them.',
    offline: 'The search cannot be reached. Check the connection and try again.',
    unavailable: 'The search is not available just now. Try again later.',
    status: (count, shown) => `${count} found, ${shown} choices listed; use the up and down arrows`,
  },
};

const STYLE = `
:host {
  --_ink: var(--article-search-color, CanvasText);
  --_paper: var(--article-search-background, Canvas);
  --_quiet: var(--article-search-muted, color-mix(in srgb, var(--_ink) 72%, var(--_paper)));
  --_line: var(--article-search-border, color-mix(in srgb, var(--_ink) 52%, var(--_paper)));
  --_accent: var(--article-search-accent, LinkText);
  --_tint: var(--article-search-active, color-mix(in srgb, var(--_accent) 13%, var(--_paper)));
  --_mark: var(--article-search-mark, Mark);
  --_mark-ink: var(--article-search-mark-color, MarkText);
  --_radius: var(--article-search-radius, .6rem);
  display: block; position: relative; min-width: 0; color: var(--_ink); font: var(--article-search-font, inherit); text-align: start;
}
@supports (color: light-dark(red, red)) {
  :host {
    --_accent: var(--article-search-accent, light-dark(#1f5fbf, #8db9ff));
    --_mark: var(--article-search-mark, light-dark(#ffe58f, #6a540f));
    --_mark-ink: var(--article-search-mark-color, light-dark(#1b1b1f, #fff3c4));
  }
}
:host([hidden]), [hidden] { display: none !important; }
* { box-sizing: border-box; }
.icon { flex: none; width: 1.1em; height: 1.1em; color: var(--_quiet); fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; }
.field { display: flex; align-items: center; position: relative; overflow: hidden; padding-inline-start: 12px; background: var(--_paper); border: 1px solid var(--_line); border-radius: var(--_radius); }
.field:focus-within { border-color: var(--_accent); outline: 2px solid var(--_accent); outline-offset: -1px; }
input { flex: 1; min-width: 0; padding: .6em .65em; border: 0; outline: 0; background: none; color: inherit; font: inherit; line-height: 1.4; }
@media (pointer: coarse) { input { font-size: max(1em, 16px); } } /* a smaller one makes iOS zoom in */
input::placeholder { color: var(--_quiet); opacity: 1; }
button { padding: .6em; border: 0; background: none; color: inherit; font: inherit; line-height: 0; cursor: pointer; }
.busy::after { content: ""; position: absolute; inset: auto 0 0; height: 2px; background: var(--_accent); animation: busy 1s infinite; }
@keyframes busy { 50% { opacity: .15; } }
@media (prefers-reduced-motion: reduce) { .busy::after { animation: none; } }
.panel {
  display: flex; flex-direction: column; position: fixed; inset: auto; z-index: 1000; margin: 0; padding: .35em;
  min-width: var(--_width); width: var(--article-search-panel-width, 30rem); max-width: calc(100vw - 16px);
  color: var(--_ink); background: var(--_paper); line-height: 1.5; overflow-wrap: anywhere;
  border: 1px solid color-mix(in srgb, var(--_line) 55%, var(--_paper)); border-radius: var(--_radius); box-shadow: 0 .6rem 2rem rgb(0 0 0 / .22);
}
/* not the panel: it is the popup of the combobox */
.list { overflow-y: auto; overscroll-behavior: contain; }
.heading, .note, .option { margin: 0; padding: .45em 12px; }
.heading, .meta { font-size: .78em; color: var(--_quiet); }
.note, .snippet { font-size: .9em; color: var(--_quiet); }
.option { border-radius: calc(var(--_radius) * .7); cursor: pointer; }
.option:hover { background: color-mix(in srgb, var(--_tint) 55%, var(--_paper)); }
.active { background: var(--_tint) !important; outline: 2px solid var(--_accent); outline-offset: -2px; }
.completion { display: flex; align-items: center; gap: .6em; }
.hit span { display: block; unicode-bidi: plaintext; }
.title { font-weight: 600; }
.hit .snippet { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.all { color: var(--_accent); font-weight: 600; text-align: center; }
mark { background: var(--_mark); color: var(--_mark-ink); border-radius: .15em; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`;

const ICONS = { search: 'M10 4a6 6 0 1 0 0 12 6 6 0 0 0 0-12m5 11 6 6', cross: 'M6 6l12 12m0-12L6 18' };

const ENTITIES = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#x27;': "'" };

/** Attributes that are properties too, as name → property. */
const PROPERTIES = Object.fromEntries(
  ['endpoint', 'section', 'author', 'source', 'placeholder', 'label', 'limit', 'completions', 'target', 'match', 'min-chars', 'name', 'disabled'].map(
    (name) => [name, name.replace(/-(.)/, (_, letter) => letter.toUpperCase())],
  ),
);

const kept = new Map(); // addresses of a query → its answer, the oldest first; all boxes of a page share it
let sheet;
let refusalTold = false;

/** An element with attributes and children; its parts are its classes too. */
function make(name, attributes = {}, ...children) {
  const space = /^(svg|path)$/.test(name) ? 'http://www.w3.org/2000/svg' : 'http://www.w3.org/1999/xhtml';
  const node = document.createElementNS(space, name);
  if (attributes.part) attributes.class = attributes.part;
  for (const key in attributes) node.setAttribute(key, attributes[key]);
  node.append(...children);
  return node;
}

const icon = (name) => make('svg', { part: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' }, make('path', { d: ICONS[name] }));

/** A highlight of the service (escaped, with PRE and POST for tags) as nodes; text never becomes markup. */
function marked(highlight) {
  const plain = (text) => text.replace(/&(amp|lt|gt|quot|#x27);/g, (entity) => ENTITIES[entity]);
  return highlight.split(new RegExp(`[${PRE}${POST}]`)).map((piece, at) => (at % 2 ? make('mark', { part: 'mark' }, plain(piece)) : plain(piece)));
}

/** The language of the box for language tags, the most wanted first. */
function chooseLanguage(tags) {
  for (const tag of tags) {
    if (/^zh-(tw|hk|mo|hant)/i.test(tag)) return 'zh-Hant';
    if (/^zh\b/i.test(tag)) return 'zh-Hans';
    if (/^en\b/i.test(tag)) return 'en';
  }
  return 'zh-Hans';
}

async function getJson(address, signal) {
  const answer = await fetch(address, { signal });
  if (!answer.ok) throw Object.assign(new Error(address), { status: answer.status });
  return answer.json();
}

/** Tells the site's owner, once, that the service is there but keeps its answers from this page; browsers only say "failed". */
function explainRefusal(endpoint) {
  if (refusalTold || new URL(endpoint).origin === location.origin) return;
  refusalTold = true;
  fetch(new URL('box.js', endpoint), { method: 'HEAD', cache: 'no-store' }).then(
    () => console.warn(`<article-search-box>: ${endpoint} does not let this page read its answers. Add ${location.origin} to its setting cors_origins.`),
    () => (refusalTold = false), // no service, or this page's own policy: the browser tells
  );
}

export class ArticleSearchBox extends HTMLElement {
  static formAssociated = true;
  static observedAttributes = [...Object.keys(PROPERTIES), 'lang', 'value'];

  #internals = this.attachInternals();
  #input;
  #field;
  #clear;
  #panel;
  #notes;
  #list;
  #status;
  #options = []; // { node, choose(newTab) }
  #active = -1;
  #open = false;
  #shown = null; // the addresses of the answer that the panel holds
  #composed = null; // what an input method is composing
  #timer;
  #lastKey = 0;
  #running = null; // the AbortController of the request that may still answer
  #listening = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open', delegatesFocus: true });
    if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    this.#build(root);
    this.#listen();
  }

  /** The text of the box. */
  get value() {
    return this.#input.value;
  }
  set value(text) {
    this.#input.value = text ?? '';
    this.#keepValue();
  }

  connectedCallback() {
    for (const property of [...Object.values(PROPERTIES), 'value']) {
      if (!Object.hasOwn(this, property)) continue; // set before the script had come
      const value = this[property];
      delete this[property];
      this[property] = value;
    }
    this.#dress();
  }

  disconnectedCallback() {
    this.#close();
    this.#composed = null;
  }

  attributeChangedCallback(name, before, now) {
    if (before === now) return;
    if (name === 'value') this.value = now;
    this.#dress();
    this.#shown = null;
    if (this.#open) this.#ask();
  }

  formResetCallback() {
    this.value = this.getAttribute('value');
  }

  formDisabledCallback(disabled) {
    this.#input.disabled = this.#clear.disabled = disabled;
  }

  // The parts of the box

  #build(root) {
    this.#input = make('input', {
      part: 'input', type: 'text', role: 'combobox', enterkeyhint: 'search', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false',
      maxlength: MOST_CHARS, 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': 'list',
    });
    this.#clear = make('button', { part: 'clear', type: 'button', tabindex: '-1', hidden: '' }, icon('cross'));
    this.#field = make('div', { part: 'field' }, icon('search'), this.#input, this.#clear);
    this.#notes = make('div');
    this.#list = make('div', { part: 'list', id: 'list', role: 'listbox' });
    this.#panel = make('div', { part: 'panel', popover: 'manual', hidden: '' }, this.#notes, this.#list);
    this.#status = make('div', { class: 'unseen', role: 'status' });
    root.append(this.#field, this.#panel, this.#status);
  }

  #listen() {
    const on = (node, type, handle) => node.addEventListener(type, handle);
    on(this.#input, 'input', () => this.#changed());
    for (const type of ['compositionstart', 'compositionupdate']) on(this.#input, type, (event) => (this.#composed = event.data));
    on(this.#input, 'compositionend', () => {
      this.#composed = null;
      this.#changed(); // NOTE: Chromium sends no input event after this one
    });
    on(this.#input, 'keydown', (event) => this.#key(event));
    on(this.#input, 'beforeinput', (event) => {
      // NOTE: how Enter arrives from Android keyboards that are always composing, whose keydown tells no key.
      if (event.inputType !== 'insertLineBreak') return;
      event.preventDefault();
      this.#enter(false);
    });
    on(this.#input, 'focus', () => this.#dress());
    on(this.#input, 'click', () => this.#open || this.#changed());
    on(this.#input, 'blur', () => {
      this.#composed = null;
      if (document.hasFocus()) this.#close(); // another window may be looked at in between
    });
    on(this.#clear, 'click', () => this.#empty());
    for (const node of [this.#clear, this.#panel]) on(node, 'mousedown', (event) => event.preventDefault()); // the input keeps the focus
    for (const type of ['click', 'auxclick']) on(this.#panel, type, (event) => this.#press(event));
  }

  /** Puts words and attributes where they are seen and heard. */
  #dress() {
    const words = this.#words();
    const labels = [...this.#internals.labels].map((label) => label.textContent.trim()).join(' ');
    this.#input.setAttribute('aria-label', this.getAttribute('label') || labels || words.label);
    this.#input.placeholder = this.getAttribute('placeholder') ?? words.label;
    this.#list.setAttribute('aria-label', words.results);
    this.#clear.setAttribute('aria-label', words.clear);
  }

  #words() {
    const tags = [this.lang, this.closest('[lang]')?.lang, document.documentElement.lang, ...navigator.languages];
    const language = chooseLanguage(tags.filter(Boolean));
    this.#field.lang = this.#panel.lang = this.#status.lang = language;
    return WORDS[language];
  }

  // Typing

  #changed() {
    this.#keepValue();
    this.#activate(-1);
    if (this.#composed !== null && HALF_TYPED.test(this.#composed)) return;
    this.#ask();
  }

  #keepValue() {
    this.#internals.setFormValue(this.value);
    this.#clear.hidden = !this.value;
  }

  #empty() {
    this.value = '';
    this.#close();
    this.#input.focus();
    this.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  }

  #key(event) {
    // NOTE: keys are the input method's while it composes; Safari sends the Enter that ends a composition after its end, as key code 229.
    if (event.isComposing || event.keyCode === 229 || event.shiftKey) return;
    const newTab = event.ctrlKey || event.metaKey;
    if (event.key === 'Enter') this.#enter(newTab);
    else if (newTab) return;
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') this.#arrow(event.key === 'ArrowDown' ? 1 : -1, event.altKey);
    else if (event.key === 'Escape' && this.#open) this.#close();
    else if (event.key === 'Escape' && this.value) this.#empty();
    else {
      if (event.key === 'Tab') this.#close();
      if (['Home', 'End', 'ArrowLeft', 'ArrowRight'].includes(event.key)) this.#activate(-1);
      return; // the text takes it
    }
    event.preventDefault();
    event.stopPropagation(); // Escape would close a dialog around the box, too
  }

  #arrow(step, alone) {
    if (alone) return step > 0 ? this.#ask() : this.#close();
    if (!this.#open) this.#ask();
    const places = this.#options.length + 1; // one of them is the text itself
    if (this.#open) this.#activate(((this.#active + 1 + step + places) % places) - 1);
  }

  #enter(newTab) {
    if (this.#open && this.#active >= 0) this.#options[this.#active].choose(newTab);
    else if (this.value.trim()) this.#submit(newTab);
  }

  #press(event) {
    const node = event.target.closest('[role=option]');
    const option = this.#options.find((one) => one.node === node);
    if (!option || event.button > 1) return;
    event.preventDefault();
    option.choose(event.button === 1 || event.ctrlKey || event.metaKey || event.shiftKey);
  }

  // Asking

  #number(name, usual, most) {
    const given = parseInt(this.getAttribute(name), 10);
    return given >= 0 ? Math.min(given, most) : usual;
  }

  #endpoint() {
    return new URL((this.getAttribute('endpoint') || HERE).replace(/\/*$/, '/'), document.baseURI).href;
  }

  /** The parameters of a search for `text` under the filters of the box. */
  #parameters(text) {
    const pairs = [['q', text]];
    for (const name of ['section', 'author', 'source'])
      for (const value of (this.getAttribute(name) ?? '').split('|')) if (value.trim()) pairs.push([name, value.trim()]);
    if (this.getAttribute('match')) pairs.push(['match', this.getAttribute('match')]);
    return pairs;
  }

  #addresses(text) {
    const endpoint = this.#endpoint();
    const search = new URL('api/v1/search', endpoint);
    const fixed = { limit: this.#number('limit', 5, 20), facets: '', snippets: 1, snippet_chars: 70, highlight_pre: PRE, highlight_post: POST };
    search.search = new URLSearchParams([...this.#parameters(text), ...Object.entries(fixed)]);
    const most = this.#number('completions', 4, 20);
    const suggest = new URL('api/v1/suggest', endpoint);
    suggest.search = new URLSearchParams({ q: text, limit: most });
    return { endpoint, search: search.href, suggest: most ? suggest.href : '' };
  }

  /** Shows what there is for the text: at once when it is known, else when it has come. */
  #ask() {
    const text = this.value.trim();
    const pause = Date.now() - this.#lastKey;
    this.#lastKey = Date.now();
    this.#stop();
    if ([...text].length < Math.max(1, this.#number('min-chars', 1, MOST_CHARS))) return this.#close();
    const addresses = this.#addresses(text);
    const key = `${addresses.search} ${addresses.suggest}`;
    const known = kept.get(key);
    if (known && Date.now() - known.at < KEPT_MS) this.#show(text, key, known.answer);
    else this.#timer = setTimeout(() => this.#load(text, key, addresses), pause > TYPING_MS * 2 ? 0 : TYPING_MS);
  }

  /** Aborts what was asked; its answer, should it come, is not shown. */
  #stop() {
    clearTimeout(this.#timer);
    this.#running?.abort();
    this.#running = null;
    this.#field.classList.remove('busy');
  }

  async #load(text, key, { endpoint, search, suggest }) {
    const control = new AbortController();
    this.#running = control;
    const patience = setTimeout(() => control.abort(), PATIENCE_MS);
    const busy = setTimeout(() => this.#field.classList.add('busy'), BUSY_MS);
    let answer;
    try {
      // Completions are a help: without them, or when they are slow, there are still the results.
      const completing = suggest ? getJson(suggest, control.signal).then((body) => body.suggestions, () => null) : [];
      const page = await getJson(search, control.signal);
      const completions = await Promise.race([completing, new Promise((resolve) => setTimeout(resolve, COMPLETIONS_MS, null))]);
      answer = { page, completions: completions ?? [] };
      if (completions && !page.partial) {
        kept.set(key, { answer, at: Date.now() });
        if (kept.size > KEPT_ANSWERS) kept.delete(kept.keys().next().value);
      }
    } catch (error) {
      answer = { failed: error.status ? 'unavailable' : 'offline' };
      if (error instanceof TypeError && this.#running === control) explainRefusal(endpoint);
    } finally {
      clearTimeout(patience);
      clearTimeout(busy);
    }
    if (this.#running !== control) return;
    this.#stop();
    this.#show(text, key, answer);
  }

  // Showing

  #show(text, key, answer) {
    if (!this.shadowRoot.activeElement) return;
    if (key !== this.#shown || answer.failed) this.#fill(text, answer);
    this.#shown = answer.failed ? null : key;
    this.#activate(-1);
    this.#unfold();
  }

  #fill(text, { failed, page, completions }) {
    const words = this.#words();
    const count = page?.total.toLocaleString('en');
    const groups = [];
    const notes = [];
    this.#options = [];
    if (failed) notes.push(words[failed]);
    else {
      if (!page.total) notes.push(words.none(text));
      if (page.query.relaxed && page.total) notes.push(words.relaxed);
      const completing = page.suggestion ? [this.#completion(page.suggestion, words.meant(page.suggestion))] : [];
      for (const other of completions) if (other.text !== text) completing.push(this.#completion(other.text, other.text));
      if (completing.length) groups.push(this.#group(words.completions, completing));
      if (page.hits.length) groups.push(this.#group(words.results, page.hits.map((hit) => this.#hit(hit, text))));
      if (page.total) groups.push(this.#option('all', (newTab) => this.#submit(newTab, text), words.all(count)));
    }
    this.#notes.replaceChildren(...notes.map((note) => make('p', { part: 'note' }, note)));
    this.#list.replaceChildren(...groups);
    this.#list.hidden = !groups.length;
    this.#status.textContent = [...notes, ...(groups.length ? [words.status(count, this.#options.length)] : [])].join(' ');
    this.#list.scrollTop = 0;
  }

  #group(heading, options) {
    return make('div', { role: 'group', part: 'group', 'aria-label': heading }, make('div', { part: 'heading', 'aria-hidden': 'true' }, heading), ...options);
  }

  #option(kind, choose, ...children) {
    const node = make('div', { role: 'option', id: `option-${this.#options.length}`, part: `option ${kind}`, 'aria-selected': 'false' }, ...children);
    this.#options.push({ node, choose });
    return node;
  }

  /** A text to go on with: choosing it shows what it finds. */
  #completion(text, shown) {
    return this.#option(
      'completion',
      (newTab) => {
        if (newTab) return this.#submit(newTab, text);
        this.value = text;
        this.#lastKey = 0;
        this.#ask();
      },
      icon('search'),
      make('span', {}, shown),
    );
  }

  #hit(hit, query) {
    const [snippet] = hit.highlights.snippets;
    const meta = [hit.published?.slice(0, 10), hit.source, hit.section.at(-1)].filter(Boolean).join(' · ');
    return this.#option(
      'hit',
      (newTab) => {
        // an article may carry javascript: as its address
        const href = /^https?:\/\//i.test(hit.url ?? '') ? hit.url : `${this.#endpoint()}article/${encodeURIComponent(hit.id)}?${new URLSearchParams({ q: query })}`;
        if (this.#tell('select', { query, href, newTab, hit })) this.#go(href, newTab);
      },
      make('span', { part: 'title', lang: 'zh' }, ...marked(hit.highlights.title)),
      make('span', { part: 'snippet', lang: 'zh' }, ...marked(snippet ?? '')),
      make('span', { part: 'meta', lang: 'zh' }, meta),
    );
  }

  #activate(at) {
    this.#active = at;
    this.#options.forEach(({ node }, place) => {
      node.setAttribute('aria-selected', place === at);
      for (const names of [node.part, node.classList]) names.toggle('active', place === at);
    });
    const node = this.#options[at]?.node;
    node?.scrollIntoView({ block: 'nearest' });
    this.#input.setAttribute('aria-activedescendant', node?.id ?? '');
  }

  #unfold() {
    this.#input.setAttribute('aria-expanded', String(this.#options.length > 0));
    if (!this.#open) {
      this.#open = true;
      this.#panel.hidden = false;
      this.#panel.showPopover?.(); // above everything, whatever the page cuts off around the box
      this.#listening = new AbortController();
      const options = { capture: true, passive: true, signal: this.#listening.signal };
      for (const target of [window, visualViewport])
        for (const type of ['scroll', 'resize']) target.addEventListener(type, () => this.#place(), options);
    }
    this.#place();
  }

  #close() {
    this.#stop();
    this.#activate(-1);
    this.#input.setAttribute('aria-expanded', 'false');
    this.#status.textContent = '';
    if (!this.#open) return;
    this.#open = false;
    this.#listening.abort();
    if (this.isConnected) this.#panel.hidePopover?.();
    this.#panel.hidden = true;
  }

  /** Puts the panel below the box, or above it where there is more room. */
  #place() {
    const box = this.#field.getBoundingClientRect();
    const below = visualViewport.offsetTop + visualViewport.height - box.bottom - 14;
    const above = below < 220 && box.top - 14 > below;
    const { style } = this.#panel;
    style.setProperty('--_width', `${box.width}px`);
    const width = this.#panel.offsetWidth;
    const rtl = getComputedStyle(this).direction === 'rtl';
    const start = rtl ? box.right - width : box.left;
    style.textAlign = rtl ? 'right' : 'left'; // whatever the direction of each text
    style.left = `${Math.max(8, Math.min(start, document.documentElement.clientWidth - width - 8))}px`;
    style.top = above ? 'auto' : `${box.bottom + 6}px`;
    style.bottom = above ? `${window.innerHeight - box.top + 6}px` : 'auto';
    style.maxHeight = `${Math.max(120, above ? box.top - 14 : below)}px`;
  }

  // Going on

  /** All results of `text`, on the page that shows them. */
  #submit(newTab, text = this.value.trim()) {
    const target = this.getAttribute('target');
    const address = new URL(target ? target.replaceAll('{q}', () => encodeURIComponent(text)) : 'search', target ? document.baseURI : this.#endpoint());
    if (!target?.includes('{q}')) {
      const parameters = new URLSearchParams(address.search);
      const pairs = this.#parameters(text);
      for (const [name] of pairs) parameters.delete(name);
      for (const pair of pairs) parameters.append(...pair);
      address.search = parameters;
    }
    this.#close();
    if (!this.#tell('submit', { query: text, href: address.href, newTab })) return;
    const { form } = this.#internals;
    if (form && this.getAttribute('name') && !target && !newTab) {
      this.value = text;
      form.requestSubmit();
    } else this.#go(address.href, newTab);
  }

  /** Tells the page what is about to happen; false when it takes that on itself. */
  #tell(name, detail) {
    return this.dispatchEvent(new CustomEvent(`article-search-${name}`, { detail, bubbles: true, composed: true, cancelable: true }));
  }

  #go(href, newTab) {
    this.#close();
    if (!/^https?:/i.test(href)) return;
    if (newTab) window.open(href, '_blank', 'noopener');
    else location.assign(href);
  }
}

for (const [name, property] of Object.entries(PROPERTIES))
  Object.defineProperty(ArticleSearchBox.prototype, property, {
    configurable: true,
    enumerable: true,
    get() {
      return name === 'disabled' ? this.hasAttribute(name) : (this.getAttribute(name) ?? '');
    },
    set(value) {
      if (value == null || value === false) this.removeAttribute(name);
      else this.setAttribute(name, value === true ? '' : value);
    },
  });

if (!customElements.get('article-search-box')) customElements.define('article-search-box', ArticleSearchBox);
