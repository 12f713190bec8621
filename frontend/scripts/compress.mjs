// Leaves a compressed copy beside each built file, brotli and gzip, which the service sends to who takes it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";

const dist = process.argv[2] ?? fileURLToPath(new URL("../dist", import.meta.url));
for (const { name, parentPath } of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!/\.(html|js|css|svg)$/.test(name)) continue;
  const file = join(parentPath, name);
  const bytes = readFileSync(file);
  writeFileSync(`${file}.br`, brotliCompressSync(bytes));
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
}
