// Holds the built app to its size: node scripts/budget.mjs [folder of the build]. Kilobytes of 1000 bytes, gzip -9.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const DIST = process.argv[2] ?? new URL('../../src/taskyard/web_dist', import.meta.url).pathname;
const LIMITS = { signIn: 145, signedIn: 200, lazy: 40, overlay: 60, css: 20, font: 49 };

const manifest = JSON.parse(readFileSync(join(DIST, '.vite/manifest.json'), 'utf8'));
const packed = new Map();

/** Bytes of a file after gzip, in kB. */
function weight(file) {
  if (!packed.has(file)) packed.set(file, gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length / 1000);
  return packed.get(file);
}

/** A chunk and everything it cannot start without. */
function closure(key, seen = new Set()) {
  const chunk = manifest[key];
  if (!chunk || seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const next of chunk.imports ?? []) closure(next, seen);
  return seen;
}

const union = (...keys) => keys.reduce((seen, key) => closure(key, seen), new Set());
const total = (files) => [...files].reduce((sum, file) => sum + weight(file), 0);
const route = (path) => {
  const key = Object.keys(manifest).find((name) => name.startsWith(`src/routes/${path}.tsx?tsr-split=`));
  if (!key) throw new Error(`No chunk for the route ${path}: has it moved?`);
  return key;
};

const signIn = union('index.html', route('_door'), route('_door/login'));
const signedIn = union('index.html', route('_app'), route('_app/index'));
const rows = [
  ['sign-in', total(signIn), LIMITS.signIn],
  ['my work', total(signedIn), LIMITS.signedIn],
];

for (const [key, chunk] of Object.entries(manifest)) {
  if (!chunk.isDynamicEntry) continue;
  const own = [...closure(key)].filter((file) => !signedIn.has(file) && !signIn.has(file));
  rows.push([
    key.replace('src/', '').replace(/[?]tsr-split=.*/, ''),
    total(own),
    key.includes('/routes/') ? LIMITS.lazy : LIMITS.overlay,
  ]);
}

const assets = readdirSync(join(DIST, 'assets'));
rows.push([
  'all styles',
  total(assets.filter((name) => name.endsWith('.css')).map((name) => `assets/${name}`)),
  LIMITS.css,
]);
const fonts = assets.filter((name) => name.endsWith('.woff2'));
for (const font of fonts) rows.push([font, statSync(join(DIST, 'assets', font)).size / 1000, LIMITS.font]);

const over = rows.filter(([, size, limit]) => size > limit);
const shown = process.argv.includes('--all')
  ? rows
  : [
      ...rows.slice(0, 2),
      ...rows
        .slice(2)
        .sort((a, b) => b[1] - a[1])
        .slice(0, 8),
    ];
for (const [name, size, limit] of shown) {
  process.stdout.write(`${size > limit ? 'over' : ' ok '}  ${size.toFixed(1).padStart(6)} of ${limit} kB  ${name}\n`);
}
if (fonts.length > 1) over.push(['more than one font', fonts.length, 1]);
if (over.length) {
  process.stderr.write(`Over budget: ${over.map(([name]) => name).join(', ')}\n`);
  process.exit(1);
}
