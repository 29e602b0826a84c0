/* Writes static/vendor/ from node_modules.  Run by `./portal`, or by hand: npm run assets

   bootstrap.css   the prebuilt style sheet: grid, forms, tables; our tokens.css sits on top of it
   bootstrap.js    only dropdown, modal, offcanvas and toast of its scripts (a third of the bundle)
   htmx.js         partial page updates without a client-side framework
   icons.svg       one sprite of the icons named in icons.txt (the icon font would be 500 KB)

   Everything is a plain script or style sheet of our own host: no module imports another, because the
   hashed file names of production would break a bare import. */

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
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

async function bootstrapScript() {
  const parts = { Dropdown: "dropdown", Modal: "modal", Offcanvas: "offcanvas", Toast: "toast" };
  const contents = Object.entries(parts)
    .map(([name, file]) => `export { default as ${name} } from "bootstrap/js/src/${file}.js";`)
    .join("\n");
  const result = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    format: "iife",
    globalName: "bootstrap",
    target: "chrome86",
    legalComments: "inline",
    write: false,
  });
  return result.outputFiles[0].text;
}

function iconSprite() {
  // On each symbol, not on the root: <use> copies the symbol alone.  Size and colour come from the page's CSS.
  const pen =
    'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" ' +
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

rmSync(fresh, { recursive: true, force: true });
mkdirSync(fresh, { recursive: true });
write("bootstrap.css", withoutSourceMap(read(modules, "bootstrap", "dist", "css", "bootstrap.min.css")));
write("bootstrap.js", await bootstrapScript());
write("htmx.js", withoutSourceMap(read(modules, "htmx.org", "dist", "htmx.min.js")));
write("icons.svg", iconSprite());
rmSync(vendor, { recursive: true, force: true });
renameSync(fresh, vendor);
