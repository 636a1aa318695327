import { chart } from "./charts.js";
import { TextMap } from "./map.js";
import { Stream, textButton } from "./texts.js";

const byId = id => document.getElementById(id);
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = value => whole.format(value);
const query = byId("query");
const stream = new Stream(byId("stream"), search);
const map = new TextMap(byId("plane"), search);
let events, run, typing;

function search(text) {
  query.value = text;
  query.focus({ preventScroll: true });
  listen();
}

// The server tells everything twice a second, and of what is asked here. A browser connects again by itself.
function listen() {
  events?.close();
  const asked = query.value.trim();
  events = new EventSource("events?q=" + encodeURIComponent(asked));
  events.onmessage = message => tell(JSON.parse(message.data));
  events.onerror = () => {
    if (byId("state").dataset.state === "ENDED" || byId("state").dataset.state === "FAILED") return;
    state("lost", "Connection lost", "The process does not answer. This page goes on as soon as it does.", true);
  };
}

function tell(live) {
  if (run !== live.run) {
    run = live.run;
    stream.clear();
    map.clear();
  }
  tellJob(live.job);
  tellMeters(live.readings, live.totals);
  if (live.texts.length > 0) byId("some").hidden = stream.add(live.texts);
  byId("stream-note").textContent = live.totals.leftOut > 0
    ? `${short(live.totals.leftOut)} texts came too fast for this page, its search and its map; their vectors were written all the same.` : "";
  if (live.map) map.show(live.map);
  tellSearch(live.search, live.totals);
}

function state(name, words, notice = "", bad = false) {
  byId("state").dataset.state = name;
  byId("state").textContent = words;
  byId("notice").textContent = notice;
  byId("notice").hidden = !notice;
  byId("notice").className = bad ? "bad" : "";
}

function tellJob(job) {
  byId("input").textContent = job.input.join(", ");
  byId("output").textContent = job.output;
  document.title = job.name + " · Millrace";
  switch (job.state) {
    case "WAITING": state("WAITING", "Waiting", "Waiting for the first text. Flink starts and the model is loaded first, which takes some seconds."); break;
    case "RUNNING": state("RUNNING", "Running"); break;
    case "ENDED": state("ENDED", "Ended", "The job has ended. What is shown is what was last seen."); break;
    case "FAILED": state("FAILED", "Failed", "The job failed: " + job.failure, true); break;
  }
  const model = job.model;
  byId("model").replaceChildren(...(model ? [
    strong(model.id), ` ${model.revision.slice(0, 15)} · `, strong(model.precision.toLowerCase()), ` on ${model.device} · ${model.dimension} dimensions · `
      + `at most ${model.maxTokens} tokens · kernels: ${model.kernels}`] : []));
}

function strong(text) {
  const made = document.createElement("b");
  made.textContent = text;
  return made;
}

function value(id, number, unit = "") {
  const small = document.createElement("small");
  small.textContent = unit;
  byId(id).replaceChildren(number, ...(unit ? [small] : []));
}

function duration(millis) {
  if (millis === undefined || millis === null) return ["–", ""];
  return millis < 1000 ? [short(millis), "ms"] : [(millis / 1000).toFixed(millis < 10_000 ? 1 : 0), "s"];
}

function tellMeters(readings, totals) {
  const last = readings.at(-1) ?? {};
  const most = key => readings.length ? `peak ${short(Math.max(...readings.map(r => r[key])))}` : "";
  value("records", last.records === undefined ? "–" : short(last.records));
  value("tokens", last.tokens === undefined ? "–" : short(last.tokens));
  byId("records-more").textContent = most("records");
  byId("tokens-more").textContent = most("tokens");
  const fill = last.fill ?? null;
  value("fill", fill === null ? "–" : short(fill * 100), fill === null ? "" : "%");
  byId("fill-more").textContent = fill === null ? "" : `${last.rows.toFixed(last.rows < 10 ? 1 : 0)} texts a batch`;
  const latency = last.latency;
  const [median, unit] = duration(latency?.p50);
  value("latency", median, unit && unit + " median");
  byId("latency-more").textContent = latency
    ? `p95 ${duration(latency.p95).join(" ")} · p99 ${duration(latency.p99).join(" ")}` : "";
  chart(byId("records-chart"), [readings.map(r => r.records)]);
  chart(byId("tokens-chart"), [readings.map(r => r.tokens)]);
  chart(byId("fill-chart"), [readings.map(r => r.fill)], { most: 1 });
  chart(byId("latency-chart"), ["p50", "p95", "p99"].map(key => readings.map(r => r.latency?.[key] ?? null)));
  byId("in").textContent = short(totals.in);
  byId("out").textContent = short(totals.out);
  byId("truncated").textContent = short(totals.truncated);
  byId("rejected").textContent = short(totals.rejected);
  byId("rejected").className = totals.rejected > 0 ? "bad" : "";
}

function tellSearch(found, totals) {
  const kept = `${short(totals.kept)} distinct texts`;
  if (!found) {
    byId("search-note").textContent = totals.kept ? `Searches the ${kept} that came last, with the vectors that the job has made.` : "";
    byId("neighbours").replaceChildren();
    map.mark([]);
    return;
  }
  byId("search-note").textContent = found.error ? "This sentence has no vector: " + found.error
    : found.neighbours.length === 0 ? "Waiting for the first text." : `The nearest of ${kept}, by cosine. Changes as texts arrive.`;
  const list = byId("neighbours");
  const texts = found.neighbours.map(each => each.text.text);
  map.mark(texts);
  if (texts.join("\n") === [...list.querySelectorAll("button")].map(each => each.textContent).join("\n")) return;
  list.replaceChildren(...found.neighbours.map(neighbour));
}

function neighbour({ text, cosine }, i) {
  const item = document.createElement("li");
  const [rank, number, bar] = ["rank", "cosine", "bar"].map(name => {
    const made = document.createElement("span");
    made.className = name;
    return made;
  });
  rank.textContent = i + 1;
  number.textContent = cosine.toFixed(2);
  bar.style.setProperty("--share", `${Math.max(0, cosine) * 100}%`);
  item.append(rank, textButton(text.text, search), number, bar);
  return item;
}

query.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(listen, 200);
});
query.form.addEventListener("submit", event => {
  event.preventDefault();
  clearTimeout(typing);
  listen();
});
query.value = new URLSearchParams(location.search).get("q") ?? "";
listen();
