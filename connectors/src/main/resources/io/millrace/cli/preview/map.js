// Texts as points. One element for each text, so that it moves to its new place rather than jumps.
import { element } from "./charts.js";

const MARGIN = 26, REACH = 28, LABELS = 14, LABEL_LENGTH = 30;

const clipped = (text, length) => text.length <= length ? text : text.slice(0, length - 1).trimEnd() + "…";

export class TextMap {
  #box; #svg; #named; #choose;
  #dots = element("g"); #names = element("g"); #marks = element("g");
  #points = new Map(); #query = null; #near = []; #labelled = []; #at = null;

  constructor(box, choose) {
    this.#box = box;
    this.#svg = box.querySelector("svg");
    this.#named = box.querySelector("output");
    this.#choose = choose;
    this.#svg.append(this.#dots, this.#names, this.#marks);
    new ResizeObserver(() => this.#draw()).observe(box);
    box.addEventListener("pointermove", event => this.#nameAt(event));
    box.addEventListener("pointerleave", () => this.#name(null));
    box.addEventListener("blur", () => this.#name(null));
    box.addEventListener("click", event => { this.#nameAt(event); if (this.#at) choose(this.#at); });
    box.addEventListener("keydown", event => this.#key(event));
  }

  show(plane) {
    const seen = new Set();
    const newest = plane.points.slice(-12).map(point => point.text);
    for (const { text, x, y } of plane.points) {
      seen.add(text);
      let point = this.#points.get(text);
      if (!point) {
        point = { text, dot: element("circle", { r: 4 }) };
        this.#dots.append(point.dot);
        this.#points.set(text, point);
      }
      point.x = x;
      point.y = y;
      point.dot.classList.toggle("fresh", newest.includes(text));
    }
    for (const [text, point] of this.#points) {
      if (!seen.has(text)) {
        point.dot.remove();
        this.#points.delete(text);
      }
    }
    this.#query = plane.query;
    this.#draw();
  }

  // The nearest texts carry the numbers that they have in the list.
  mark(texts) {
    if (texts.join("\n") === this.#near.join("\n")) return;
    this.#near = texts;
    this.#draw();
  }

  clear() {
    this.#points.clear();
    this.#dots.replaceChildren();
    this.#query = null;
    this.#near = [];
    this.#draw();
  }

  #draw() {
    const width = this.#box.clientWidth, height = this.#box.clientHeight;
    const all = [...this.#points.values()];
    const places = this.#query ? [...all, this.#query] : all;
    if (places.length === 0 || width === 0) { this.#names.replaceChildren(); this.#marks.replaceChildren(); return; }
    const across = scale(places.map(point => point.x), width), down = scale(places.map(point => -point.y), height);
    const place = point => ({ left: across(point.x), top: down(-point.y) });
    for (const point of all) {
      Object.assign(point, place(point));
      move(point.dot, point);
      point.dot.classList.toggle("near", this.#near.includes(point.text));
    }
    this.#drawMarks(this.#query && place(this.#query), width, height);
    this.#drawNames(all, width, height);
    if (this.#at) this.#name(this.#points.get(this.#at) ?? null);
  }

  #drawMarks(query, width, height) {
    const marks = [];
    this.#near.forEach((text, i) => {
      const point = this.#points.get(text);
      if (!point) return;
      const rank = element("text", { class: "rank" });
      rank.textContent = i + 1;
      const dot = element("circle", { class: "near", r: 8.5 });
      move(dot, point);
      move(rank, point);
      marks.unshift(dot, rank);
    });
    if (query) {
      const ring = element("circle", { class: "query", r: 13 });
      move(ring, query);
      marks.push(ring);
      const boxes = marks.map(mark => mark.box);
      const label = element("text", { class: "label query-label" });
      label.textContent = "your sentence";
      const rooms = [18, 32, 48].flatMap(gap => labelPlaces(query, 92, gap)).filter(({ box }) => inside(box, width, height));
      const room = rooms.find(({ box }) => !boxes.some(other => other !== ring.box && meet(box, other))) ?? rooms[0];
      put(label, query, room);
      marks.push(label);
    }
    this.#marks.replaceChildren(...marks);
  }

  // As on a map of towns, some names are written, where there is room; one that was stays if it can.
  #drawNames(points, width, height) {
    const taken = [...this.#marks.children].map(mark => mark.box);
    const before = this.#labelled.filter(text => this.#points.has(text));
    const candidates = [...before.map(text => this.#points.get(text)), ...points];
    const names = [];
    this.#labelled = [];
    for (const point of candidates) {
      if (names.length >= LABELS) break;
      if (this.#labelled.includes(point.text) || this.#near.includes(point.text)) continue;
      const name = clipped(point.text, LABEL_LENGTH);
      const room = labelPlaces(point, name.length * 5.8, 8).slice(0, 2)
        .find(({ box }) => inside(box, width, height) && !taken.some(other => meet(box, other)));
      if (!room) continue;
      taken.push(room.box);
      this.#labelled.push(point.text);
      const label = element("text", { class: "label" });
      label.textContent = name;
      put(label, point, room);
      names.push(label);
    }
    this.#names.replaceChildren(...names);
  }

  #nameAt(event) {
    const box = this.#box.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    let nearest = null, least = REACH ** 2;
    for (const point of this.#points.values()) {
      const distance = (point.left - x) ** 2 + (point.top - y) ** 2;
      if (distance < least) { nearest = point; least = distance; }
    }
    this.#name(nearest);
  }

  #name(point) {
    if (this.#at) this.#points.get(this.#at)?.dot.classList.remove("chosen");
    this.#at = point?.text ?? null;
    this.#named.textContent = point?.text ?? "";
    this.#box.classList.toggle("pointing", point !== null);
    if (!point) return;
    point.dot.classList.add("chosen");
    const right = point.left > this.#box.clientWidth / 2, below = point.top < this.#box.clientHeight / 2;
    Object.assign(this.#named.style, {
      left: right ? "auto" : `${point.left + 10}px`, right: right ? `${this.#box.clientWidth - point.left + 10}px` : "auto",
      top: below ? `${point.top + 10}px` : "auto", bottom: below ? "auto" : `${this.#box.clientHeight - point.top + 10}px`,
    });
  }

  // The nearest point in the arrow's direction.
  #key(event) {
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (event.key === "Enter" && this.#at) this.#choose(this.#at);
    if (event.key === "Escape") this.#name(null);
    if (!way) return;
    event.preventDefault();
    const from = this.#points.get(this.#at) ?? { left: this.#box.clientWidth / 2, top: this.#box.clientHeight / 2 };
    let nearest = null, least = Infinity;
    for (const point of this.#points.values()) {
      const x = point.left - from.left, y = point.top - from.top;
      const along = x * way[0] + y * way[1], aside = Math.abs(x * way[1]) + Math.abs(y * way[0]);
      if (along > .5 && along + 2 * aside < least) { nearest = point; least = along + 2 * aside; }
    }
    if (nearest) this.#name(nearest);
  }
}

// From the least to the most, with a margin.
function scale(values, length) {
  const least = Math.min(...values), most = Math.max(...values);
  return value => most - least < 1e-9 ? length / 2 : MARGIN + (value - least) / (most - least) * (length - 2 * MARGIN);
}

const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
const inside = (box, width, height) => box.left >= 0 && box.top >= 0 && box.right <= width && box.bottom <= height;

// Where a name may stand: right of its point, left of it, below, above.
function labelPlaces({ left, top }, long, gap) {
  const at = (anchor, x, y, from) => ({ anchor, x, y, box: { left: from, right: from + long, top: top + y - 14, bottom: top + y + 8 } });
  return [
    at("start", gap, 4, left + gap), at("end", -gap, 4, left - gap - long),
    at("middle", 0, gap + 12, left - long / 2), at("middle", 0, -gap - 4, left - long / 2),
  ];
}

function put(label, point, { anchor, x, y, box }) {
  for (const [key, value] of Object.entries({ "text-anchor": anchor, x, y })) label.setAttribute(key, value);
  move(label, point);
  label.box = box;
}

function move(shape, { left, top }) {
  shape.style.transform = `translate(${left.toFixed(1)}px, ${top.toFixed(1)}px)`;
  shape.box = { left: left - 9, right: left + 9, top: top - 9, bottom: top + 9 };
}
