// The newest texts, one after the other as they would come, rather than in bursts. Never HTML: a text is a text.
const ROWS = 30;
// More in half a second cannot be read.
const AT_ONCE = 8;

export function textButton(text, choose) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "text";
  button.textContent = text;
  button.title = text;
  button.addEventListener("click", () => choose(text));
  return button;
}

function row({ text, tokens, truncated }, choose) {
  const item = document.createElement("li");
  const about = document.createElement("span");
  about.className = "tokens";
  if (truncated) {
    const tag = document.createElement("span");
    tag.className = "tag";
    tag.textContent = "truncated";
    about.append(tag);
  }
  about.append(`${tokens} token${tokens === 1 ? "" : "s"}`);
  item.append(textButton(text, choose), about);
  return item;
}

export class Stream {
  #list; #waiting = []; #paused; #choose; #last = 0;

  constructor(section, choose) {
    this.#list = section.querySelector("ul");
    this.#paused = section.querySelector("#paused");
    this.#choose = choose;
    const update = () => this.#paused.hidden = !this.#list.matches(":hover, :focus-within");
    for (const event of ["mouseenter", "mouseleave", "focusin", "focusout"]) {
      this.#list.addEventListener(event, () => setTimeout(update));
    }
  }

  // Answers whether all texts are shown that came.
  add(texts) {
    const first = this.#last === 0, shown = first ? texts : texts.slice(-AT_ONCE);
    const all = first || shown.length === 0 || shown[0].number === this.#last + 1;
    this.#last = texts.at(-1)?.number ?? this.#last;
    this.#waiting = this.#waiting.concat(shown).slice(-ROWS);
    // Those that wait are shown within the half second until the next come.
    const count = this.#waiting.length;
    for (let i = 0; i < count; i++) setTimeout(() => this.#show(), i * 450 / count);
    return all;
  }

  #show() {
    if (!this.#paused.hidden || this.#waiting.length === 0) return;
    const item = row(this.#waiting.shift(), this.#choose);
    item.className = "new";
    this.#list.prepend(item);
    while (this.#list.children.length > ROWS) this.#list.lastChild.remove();
  }

  clear() {
    this.#last = 0;
    this.#waiting = [];
    this.#list.replaceChildren();
  }
}
