// Builds ../static from src: one page, one script, one stylesheet, the licences of what is inside,
// and build.json, by which a test sees that the built files belong to these sources.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, rmSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const web = dirname(fileURLToPath(import.meta.url));
const out = join(web, "..", "static");
const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
}

// The sources' fingerprint: sha256 over "path\0sha256\n" in path order. The test computes the same.
function fingerprint() {
  const own = ["build.mjs", "index.html", "package.json", "package-lock.json", "tsconfig.json"];
  const files = [...own.map((name) => join(web, name)), ...walk(join(web, "src"))];
  const named = files.map((path) => [relative(web, path).split(sep).join("/"), path]);
  named.sort(([a], [b]) => (a < b ? -1 : 1));
  return sha(named.map(([name, path]) => `${name}\0${sha(readFileSync(path))}\n`).join(""));
}

function licences() {
  const { dependencies } = JSON.parse(readFileSync(join(web, "package.json"), "utf8"));
  const parts = Object.keys(dependencies).sort().map((name) => {
    const folder = join(web, "node_modules", name);
    const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const text = readFileSync(join(folder, "LICENSE"), "utf8").trim();
    return `${name} ${about.version} (${about.license})\n\n${text}\n`;
  });
  const line = `\n${"-".repeat(80)}\n\n`;
  return `Licences of what is bundled in page.js and page.css\n${line}${parts.join(line)}`;
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
  absWorkingDir: web,
  entryPoints: { page: "src/main.tsx" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  charset: "utf8",
  legalComments: "none",
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".woff2": "dataurl" },
  logLevel: "warning",
});
writeFileSync(join(out, "index.html"), readFileSync(join(web, "index.html")));
writeFileSync(join(out, "LICENSES.txt"), licences());
const built = walk(out).map((path) => [relative(out, path), sha(readFileSync(path))]).sort();
const record = { sources: fingerprint(), built: Object.fromEntries(built) };
writeFileSync(join(out, "build.json"), `${JSON.stringify(record, null, 2)}\n`);
