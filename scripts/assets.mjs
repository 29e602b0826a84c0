/* Writes static/vendor/ from static/css, static/js and node_modules.  Run by `./portal`, or by hand: npm run assets
   While working on styles or scripts: npm run assets -- --watch

   portal.css   Bootstrap's prebuilt sheet with static/css/ on top: one request instead of thirty
   portal.js    static/js/ and htmx as one script, in the syntax of Chromium 86
   prefs.js     the few lines that must run before the first paint
   icons.svg    one sprite of the icons named in icons.txt (the icon font would be 500 KB)

   Bootstrap's own scripts are not needed: menus are <details>, dialogs are <dialog>.
   Everything is a plain script or style sheet of our own host: no module imports another, because the
   hashed file names of production would break a bare import. */

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const vendor = join(root, "static", "vendor");
// Built beside and renamed at the end, so that a run cut short never leaves half a folder.
const fresh = join(root, "static", ".vendor-new");

const read = (...parts) => readFileSync(join(...parts), "utf8");
const write = (name, text) => writeFileSync(join(fresh, name), text);

/* The maps are not shipped, and the hashing storage refuses a reference to a missing file. */
const withoutSourceMap = (text) =>
  text.replace(/\n?\/\*# sourceMappingURL=.*?\*\//g, "").replace(/\n?\/\/# sourceMappingURL=.*$/gm, "");

async function bundle(entry, name) {
  const result = await build({
    entryPoints: [join(root, "static", entry)],
    bundle: true,
    minify: true,
    format: "iife",
    target: "chrome86",
    charset: "utf8",
    legalComments: "inline",
    nodePaths: [modules],
    logLevel: "warning",
    write: false,
  });
  write(name, withoutSourceMap(result.outputFiles[0].text));
}

function iconSprite() {
  // On each symbol, not on the root: <use> copies the symbol alone.  Size and colour come from the page's CSS.
  const pen =
    'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" ' +
    'stroke-linecap="round" stroke-linejoin="round"';
  const names = read(root, "scripts", "icons.txt")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith("#"));
  const symbols = names.map((name) => {
    const file = join(modules, "@tabler", "icons", "icons", "outline", `${name}.svg`);
    if (!existsSync(file)) throw new Error(`scripts/icons.txt: no Tabler outline icon is called “${name}”`);
    const svg = readFileSync(file, "utf8");
    const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    const drawing = body.replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "");
    return `<symbol id="${name}" ${pen}>${drawing.replace(/\s*\n\s*/g, "").trim()}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}

async function assets() {
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  await bundle("css/portal.css", "portal.css");
  await bundle("js/portal.js", "portal.js");
  await bundle("js/prefs.js", "prefs.js");
  write("icons.svg", iconSprite());
  rmSync(vendor, { recursive: true, force: true });
  renameSync(fresh, vendor);
}

await assets();

if (process.argv.includes("--watch")) {
  let timer;
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => assets().catch((error) => console.error(error.message)), 100);
  };
  for (const folder of ["static/css", "static/js", "static/js/lib", "scripts"]) watch(join(root, folder), again);
  console.log("watching static/css and static/js");
}
