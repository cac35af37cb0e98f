# ruff: noqa: E501 - the page is written as people write HTML, not folded
"""The graph as one HTML page: no network, no library, a canvas that can be moved, zoomed, searched and clicked.

The layout runs in the page (springs along links, repulsion from near nodes by a grid, a pull towards the own folder),
from fixed starting places, so that the same graph looks the same twice. Labels are drawn most connected first and only
where there is room; the list on the left names every memory.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import Any, Final


def page(title: str, whole: Mapping[str, Any]) -> str:
    """The page. The data stand in a script element as JSON, with `<` escaped so that no text can end it."""
    data = json.dumps(whole, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")
    return _PAGE.replace("@TITLE@", html.escape(title).encode("ascii", "xmlcharrefreplace").decode()).replace(
        "@DATA@", data
    )


_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<title>@TITLE@</title>
<style>
:root { --back:#fbfbfa; --text:#1f2328; --dim:#68707a; --line:#d8dbdf; --edge:#9aa3ad; --panel:#fff; --mark:#b4530a }
@media (prefers-color-scheme: dark) {
  :root { --back:#16181b; --text:#e6e8ea; --dim:#98a1ab; --line:#33383e; --edge:#5d666f; --panel:#1d2024; --mark:#f0a35e }
}
* { box-sizing:border-box } html,body { height:100%; margin:0 }
body { display:grid; grid-template-columns:18rem 1fr; background:var(--back); color:var(--text);
  font:14px/1.4 system-ui,sans-serif }
aside { display:flex; flex-direction:column; border-right:1px solid var(--line); background:var(--panel); min-height:0 }
header { padding:.8rem; border-bottom:1px solid var(--line) } h1 { font-size:1rem; margin:0 0 .2rem; overflow-wrap:anywhere }
header p { margin:0 0 .5rem; color:var(--dim) }
input[type=search] { width:100%; padding:.35rem .5rem; font:inherit; color:inherit; background:var(--back);
  border:1px solid var(--line); border-radius:5px }
#key { display:flex; flex-wrap:wrap; gap:.2rem .8rem; margin-top:.5rem; color:var(--dim); font-size:12px }
#key i { display:inline-block; width:.7em; height:.7em; border-radius:50%; margin-right:.35em }
ul { list-style:none; margin:0; padding:.3rem 0; overflow:auto; flex:1 }
li button { display:block; width:100%; padding:.2rem .8rem; border:0; background:none; color:inherit; font:inherit; text-align:left;
  white-space:nowrap; overflow:hidden; text-overflow:ellipsis; cursor:pointer }
li button:hover, li button[aria-current=true] { background:var(--line) }
#about { border-top:1px solid var(--line); padding:.8rem; max-height:45%; overflow:auto; overflow-wrap:anywhere } #about:empty { display:none }
#about h2 { font-size:.95rem; margin:0 } #about p { margin:.3rem 0; color:var(--dim) }
main { position:relative; min-width:0 } canvas { position:absolute; inset:0; width:100%; height:100%; cursor:grab }
label { font-size:12px; color:var(--dim) }
</style>
<aside>
<header><h1>@TITLE@</h1><p id="count"></p>
<input type="search" id="find" placeholder="Find a memory or topic" aria-label="Find a memory or topic">
<div id="key"></div><label><input type="checkbox" id="topics"> show topics</label></header>
<ul id="list"></ul><div id="about"></div>
</aside>
<main><canvas id="view" aria-label="The memories and their links"></canvas></main>
<script type="application/json" id="data">@DATA@</script>
<script>
"use strict";
const data = JSON.parse(document.getElementById("data").textContent), $ = id => document.getElementById(id);
const COLOURS = ["#3b7dd8","#c2571a","#2f9a66","#9656c9","#b8902a","#c8437a","#3a9fae","#7a7f87"];
const types = [...new Set(data.memories.map(m => m.type || "no type"))].sort();
const colour = t => COLOURS[Math.max(0, types.indexOf(t)) % COLOURS.length];
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
let nodes = [], edges = [], chosen = null, over = null, words = "", view = {x:0, y:0, k:1}, touched = false;

function build() {
  const groups = [...new Set(data.memories.map(m => m.namespace))].sort();
  nodes = data.memories.map(m => ({id:m.id, name:m.name || m.id, colour:colour(m.type || "no type"), group:groups.indexOf(m.namespace), m, near:[]}));
  const byId = new Map(nodes.map(n => [n.id, n]));
  edges = data.links.map(l => ({a:byId.get(l.from), b:byId.get(l.to), kind:l.relationship, w:l.weight})).filter(e => e.a && e.b);
  if ($("topics").checked) {
    const topics = new Map();
    for (const n of [...nodes]) for (const t of n.m.topics) {
      if (!topics.has(t)) { const p = {id:"#" + t, name:"#" + t, topic:true, group:n.group, near:[]}; topics.set(t, p); nodes.push(p) }
      edges.push({a:topics.get(t), b:n, kind:"tagged", w:.4, soft:true});
    }
  }
  for (const e of edges) { e.a.near.push(e.b); e.b.near.push(e.a) }
  nodes.forEach((n, i) => {
    const g = 2 * Math.PI * n.group / Math.max(1, groups.length), far = groups.length > 1 ? 22 * Math.sqrt(nodes.length) : 0;
    n.cx = Math.cos(g) * far; n.cy = Math.sin(g) * far;
    const r = 14 * Math.sqrt(i + 1), a = i * 2.399963;
    n.x = n.cx * .6 + Math.cos(a) * r; n.y = n.cy * .6 + Math.sin(a) * r; n.vx = n.vy = 0;
    n.r = n.topic ? 3 : 4 + Math.min(7, Math.sqrt(n.near.length) * 1.5);
  });
  for (let i = 0, steps = Math.min(400, 4e5 / (nodes.length + 1)); i < steps; i++) step(1 - i / steps);
}

function step(heat) {
  const CELL = 120, cells = new Map(), at = (x, y) => x * 73856093 ^ y * 19349663;
  for (const n of nodes) {
    n.gx = Math.floor(n.x / CELL); n.gy = Math.floor(n.y / CELL);
    const k = at(n.gx, n.gy); cells.has(k) ? cells.get(k).push(n) : cells.set(k, [n]);
  }
  for (const n of nodes) {
    for (let i = -1; i < 2; i++) for (let j = -1; j < 2; j++) for (const o of cells.get(at(n.gx + i, n.gy + j)) || []) {
      if (o === n) continue;
      const dx = n.x - o.x || .01, dy = n.y - o.y || .01, d = dx * dx + dy * dy;
      if (d < CELL * CELL) { const f = 900 / (d + 60); n.vx += dx * f * .12; n.vy += dy * f * .12 }
    }
    n.vx += (n.cx - n.x) * (n.near.length ? .003 : .008); n.vy += (n.cy - n.y) * (n.near.length ? .003 : .008);
  }
  for (const e of edges) {
    const dx = e.b.x - e.a.x, dy = e.b.y - e.a.y, d = Math.hypot(dx, dy) || 1;
    const f = (d - (e.soft ? 60 : 75)) / d * .06 * e.w / Math.sqrt(Math.min(e.a.near.length, e.b.near.length));
    e.a.vx += dx * f; e.a.vy += dy * f; e.b.vx -= dx * f; e.b.vy -= dy * f;
  }
  for (const n of nodes) {
    const v = Math.hypot(n.vx, n.vy), m = Math.min(v, 4 + 26 * heat) / (v || 1);
    n.x += n.vx * m; n.y += n.vy * m; n.vx *= .55; n.vy *= .55;
  }
}

function fit() {
  const c = $("view"), xs = nodes.map(n => n.x), ys = nodes.map(n => n.y);
  if (!nodes.length) return;
  const [l, r] = [Math.min(...xs), Math.max(...xs)], [t, b] = [Math.min(...ys), Math.max(...ys)];
  view.k = Math.min(2, c.clientWidth / (r - l + 160), c.clientHeight / (b - t + 80));
  view.x = c.clientWidth / 2 - (l + r) / 2 * view.k; view.y = c.clientHeight / 2 - (t + b) / 2 * view.k;
}

const fits = n => !words || (n.name + " " + n.id + " " + (n.m ? n.m.description + " " + n.m.topics.join(" ") : "")).toLowerCase().includes(words);
function draw() {
  const c = $("view"), p = devicePixelRatio || 1, g = c.getContext("2d"), mark = chosen || over;
  if (c.width !== c.clientWidth * p || c.height !== c.clientHeight * p) { c.width = c.clientWidth * p; c.height = c.clientHeight * p; if (!touched) fit() }
  g.setTransform(p, 0, 0, p, 0, 0); g.clearRect(0, 0, c.clientWidth, c.clientHeight);
  const X = n => n.x * view.k + view.x, Y = n => n.y * view.k + view.y, close = new Set(mark ? [mark, ...mark.near] : []);
  const lit = n => mark ? close.has(n) : fits(n);
  for (const e of edges) {
    const on = mark && (e.a === mark || e.b === mark), x1 = X(e.a), y1 = Y(e.a), x2 = X(e.b), y2 = Y(e.b);
    g.globalAlpha = on ? 1 : mark || words ? .12 : e.soft ? .35 : .7; g.strokeStyle = on ? css("--mark") : css("--edge"); g.lineWidth = on ? 1.6 : 1;
    g.setLineDash(e.soft ? [2, 3] : []); g.beginPath(); g.moveTo(x1, y1); g.lineTo(x2, y2); g.stroke(); g.setLineDash([]);
    if (!e.soft) {
      const a = Math.atan2(y2 - y1, x2 - x1), s = e.b.r * Math.sqrt(view.k) + 1, tx = x2 - Math.cos(a) * s, ty = y2 - Math.sin(a) * s;
      g.beginPath(); g.moveTo(tx, ty); g.lineTo(tx - Math.cos(a - .4) * 6, ty - Math.sin(a - .4) * 6); g.lineTo(tx - Math.cos(a + .4) * 6, ty - Math.sin(a + .4) * 6);
      g.fillStyle = g.strokeStyle; g.fill();
    }
    if (on && !e.soft && mark.near.length < 12) { g.font = "11px system-ui,sans-serif"; g.textAlign = "center"; g.fillStyle = css("--mark"); g.fillText(e.kind, x1 + (x2 - x1) * (e.a === mark ? .6 : .4), y1 + (y2 - y1) * (e.a === mark ? .6 : .4) - 3) }
  }
  for (const n of nodes) {
    g.globalAlpha = lit(n) ? 1 : .15; g.beginPath(); g.arc(X(n), Y(n), Math.max(2, n.r * Math.sqrt(view.k)), 0, 7);
    g.fillStyle = n.topic ? css("--dim") : n.colour; g.fill();
    if (n === mark) { g.lineWidth = 2; g.strokeStyle = css("--mark"); g.stroke() }
  }
  const taken = [], rank = n => (n === mark ? 1e6 : close.has(n) ? 1e5 : 0) + n.near.length;
  g.font = "12px system-ui,sans-serif"; g.textAlign = "center"; g.lineWidth = 3; g.strokeStyle = css("--back"); g.fillStyle = css("--text");
  for (const n of nodes.filter(lit).sort((a, b) => rank(b) - rank(a))) {
    const x = X(n), y = Y(n) + n.r * Math.sqrt(view.k) + 12, s = n.name.length > 34 ? n.name.slice(0, 33) + "\\u2026" : n.name, w = s.length * 6.2 / 2 + 4;
    if (x < -50 || y < 0 || x > c.clientWidth + 50 || y > c.clientHeight + 20) continue;
    const box = [x - w, y - 12, x + w, y + 3];
    if (n !== mark && taken.some(t => t[0] < box[2] && box[0] < t[2] && t[1] < box[3] && box[1] < t[3])) continue;
    taken.push(box); g.globalAlpha = 1; g.strokeText(s, x, y); g.fillText(s, x, y);
  }
  g.globalAlpha = 1;
}

function about(n) {
  const box = $("about"); box.replaceChildren();
  for (const b of document.querySelectorAll("li button")) b.setAttribute("aria-current", String(!!n && b.dataset.id === n.id));
  if (!n) return;
  const add = (tag, text) => { if (text) { const e = document.createElement(tag); e.textContent = text; box.append(e) } };
  add("h2", n.name);
  if (n.topic) add("p", n.near.length + " memories");
  else { add("p", n.id); add("div", n.m.description); add("p", [n.m.type, n.m.status !== "active" ? n.m.status : "", ...n.m.topics.map(t => "#" + t)].filter(Boolean).join(" \\u00b7 ")) }
  for (const e of edges) if (!e.soft && (e.a === n || e.b === n)) add("p", e.a === n ? "\\u2192 " + e.kind + " " + e.b.name : "\\u2190 " + e.a.name + " " + e.kind);
}
function choose(n) { chosen = n; about(n); draw() }
function list() {
  $("list").replaceChildren(...nodes.filter(n => !n.topic && fits(n)).sort((a, b) => a.name.localeCompare(b.name)).map(n => {
    const item = document.createElement("li"), b = document.createElement("button");
    b.textContent = n.name; b.title = n.id; b.dataset.id = n.id; b.onclick = () => choose(chosen === n ? null : n); item.append(b); return item;
  }));
}
function at(e) {
  const r = $("view").getBoundingClientRect(), x = (e.clientX - r.left - view.x) / view.k, y = (e.clientY - r.top - view.y) / view.k;
  let best = null, least = (12 / view.k) ** 2;
  for (const n of nodes) { const d = (n.x - x) ** 2 + (n.y - y) ** 2; if (d < least) { least = d; best = n } }
  return best;
}
let from = null, moved = false;
$("view").onpointerdown = e => { from = [e.clientX, e.clientY]; moved = false; $("view").setPointerCapture(e.pointerId) };
$("view").onpointermove = e => {
  if (from) {
    if (Math.hypot(e.clientX - from[0], e.clientY - from[1]) > 3 || moved) {
      view.x += e.clientX - from[0]; view.y += e.clientY - from[1]; from = [e.clientX, e.clientY]; moved = touched = true; draw();
    }
  } else { const n = at(e); if (n !== over) { over = n; draw() } }
};
$("view").onpointerup = e => { from = null; if (!moved) choose(at(e)) };
$("view").onwheel = e => {
  e.preventDefault(); touched = true;
  const r = $("view").getBoundingClientRect(), x = e.clientX - r.left, y = e.clientY - r.top, f = Math.exp(-e.deltaY * .0015), k = Math.min(8, Math.max(.03, view.k * f));
  view.x = x - (x - view.x) * k / view.k; view.y = y - (y - view.y) * k / view.k; view.k = k; draw();
};
$("find").oninput = e => { words = e.target.value.toLowerCase(); list(); draw() };
$("topics").onchange = () => { chosen = over = null; touched = false; build(); fit(); list(); about(null); draw() };
addEventListener("keydown", e => { if (e.key === "Escape") choose(null) });
addEventListener("resize", draw); matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
$("count").textContent = data.memories.length + " memories, " + data.links.length + " links";
for (const t of types) { const s = document.createElement("span"), i = document.createElement("i"); i.style.background = colour(t); s.append(i, t); $("key").append(s) }
build(); fit(); list(); draw();
</script>
</html>
"""
