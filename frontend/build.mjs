// Bundles the widgets into the package. What it writes is committed: users and CI need no node.
import { readFileSync } from "node:fs";
import { build } from "esbuild";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;
const version = (name) => `${name}@${lock[`node_modules/${name}`].version}`;
const bundles = [
  { name: "grid", holds: ["tabulator-tables"] },
  { name: "chart", holds: ["echarts", "zrender", "tslib"] },
];

for (const { name, holds } of bundles) {
  await build({
    entryPoints: [`src/${name}.js`],
    outfile: `../atoosync_lab/kit/${name}.js`,
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    charset: "utf8",
    legalComments: "none", // the texts stand in LICENSES/
    banner: { js: `/* Built from frontend/src/${name}.js by esbuild@${lock["node_modules/esbuild"].version}; holds ${holds.map(version).join(", ")}. Licences: LICENSES/THIRD_PARTY.md */` },
  });
}
