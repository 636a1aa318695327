// Small line charts, drawn into a box of 300 by 40.
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 300, HEIGHT = 40;

export function element(name, attributes = {}) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// The newest reading is at the right edge. Where a reading is null there is no line.
function line(values, most, slots) {
  const first = slots - values.length;
  let path = "", pen = "M";
  values.forEach((value, i) => {
    if (value === null) { pen = "M"; return; }
    const x = (first + i) / (slots - 1) * WIDTH, y = HEIGHT - 2 - value / most * (HEIGHT - 5);
    path += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = "L";
  });
  return path;
}

// An area below the first series, and a line for each; all from zero to one common most.
export function chart(svg, series, { slots = 60, most } = {}) {
  const shown = series.map(values => values.slice(-slots));
  const top = most ?? Math.max(1e-9, ...shown.flat().filter(value => value !== null));
  const paths = [];
  const values = shown[0], begin = values.findIndex(value => value !== null);
  if (values.length - begin > 1 && begin >= 0 && !values.slice(begin).includes(null)) {
    const x = (slots - values.length + begin) / (slots - 1) * WIDTH;
    paths.push(element("path", { class: "area", d: `${line(values, top, slots)}L${WIDTH} ${HEIGHT}L${x.toFixed(1)} ${HEIGHT}Z` }));
  }
  shown.forEach((each, i) => paths.push(element("path", { class: ["first", "second", "third"][i], d: line(each, top, slots) })));
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.replaceChildren(...paths);
}
