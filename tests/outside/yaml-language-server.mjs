// Drives yaml-language-server over stdin and stdout as an editor does, and compares with what clue check finds.
// Arguments: the folder of the server's package, a clue repository, the program clue.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [server, root, clue] = process.argv.slice(2);
const read = (path) => readFileSync(join(root, path), "utf8");
const uriOf = (path) => pathToFileURL(join(root, path)).href;
const settings = JSON.parse(read(".vscode/settings.json"));

function fail(message) {
  console.error(`yaml-language-server: ${message}`);
  process.exit(1);
}

// Messages with their length before them, in both directions.
const child = spawn(process.execPath, [join(server, "bin/yaml-language-server"), "--stdio"], {
  stdio: ["pipe", "pipe", "inherit"],
});
child.on("exit", (code) => fail(`it ended (${code})`));
const answers = new Map();
const published = new Map();
let received = Buffer.alloc(0);
let last = 0;
let version = 0;

function send(message) {
  const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
  child.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
  child.stdin.write(body);
}

function request(method, params) {
  return new Promise((resolve) => {
    answers.set((last += 1), resolve);
    send({ id: last, method, params });
  });
}

function take(message) {
  if (message.method === "textDocument/publishDiagnostics") {
    const { uri, diagnostics } = message.params;
    published.get(uri)?.(diagnostics);
    published.delete(uri);
  } else if (message.method === "workspace/configuration") {
    // The settings that clue init writes; nothing is fetched from outside.
    const yaml = { validate: true, hover: true, completion: true, schemaStore: { enable: false } };
    const result = message.params.items.map(({ section }) =>
      section === "yaml" ? { ...yaml, schemas: settings["yaml.schemas"] } : null,
    );
    send({ id: message.id, result });
  } else if (message.method !== undefined && message.id !== undefined) {
    send({ id: message.id, result: null });
  } else if (message.id !== undefined) {
    answers.get(message.id)?.(message.result);
  }
}

child.stdout.on("data", (bytes) => {
  received = Buffer.concat([received, bytes]);
  for (;;) {
    const end = received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const length = Number(/Content-Length: (\d+)/i.exec(received.subarray(0, end).toString())[1]);
    if (received.length < end + 4 + length) return;
    const body = received.subarray(end + 4, end + 4 + length).toString();
    received = received.subarray(end + 4 + length);
    take(JSON.parse(body));
  }
});

// What the server says about a text, which is a document that is opened. The server keeps what it parsed by version.
async function diagnose(path, text = read(path)) {
  const uri = uriOf(path);
  const diagnostics = new Promise((resolve) => published.set(uri, resolve));
  const document = { uri, languageId: "yaml", version: (version += 1), text };
  send({ method: "textDocument/didOpen", params: { textDocument: document } });
  return diagnostics;
}

// A document that is closed has no diagnostics any more, and the server says so.
async function close(path) {
  const gone = new Promise((resolve) => published.set(uriOf(path), resolve));
  send({ method: "textDocument/didClose", params: { textDocument: { uri: uriOf(path) } } });
  await gone;
}

async function found(path, text) {
  const diagnostics = await diagnose(path, text);
  await close(path);
  return diagnostics;
}

const asked = (path, line, character) => ({
  textDocument: { uri: uriOf(path) },
  position: { line, character },
});

const folder = { uri: pathToFileURL(root).href, name: "clues" };
await request("initialize", {
  processId: process.pid,
  rootUri: folder.uri,
  workspaceFolders: [folder],
  capabilities: {
    workspace: { configuration: true, workspaceFolders: true },
    textDocument: { hover: { contentFormat: ["markdown"] }, completion: { completionItem: {} } },
  },
});
send({ method: "initialized", params: {} });

// Whatever the program wrote is sound by its schema, whether its first line or the settings lead there.
const files = readdirSync(root, { recursive: true })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => /^(clues|calendar)\/.*\.yaml$|^(organisation|workflow)\.yaml$/.test(path))
  .filter((path) => !path.includes("/attachments/"))
  .sort();
const first = /^# yaml-language-server: .*\n/;
for (const path of files) {
  const text = read(path);
  if (!first.test(text)) fail(`${path} names no schema`);
  for (const told of [await found(path, text), await found(path, text.replace(first, "\n"))]) {
    if (told.length > 0) fail(`${path} is sound, and it says ${JSON.stringify(told)}`);
  }
}

const one = (pattern) => files.find((path) => pattern.test(path)) ?? fail(`no ${pattern}`);
const collection = one(/\/collection\.yaml$/);
const handling = files.find((path) => /\/handling\//.test(path) && /^ +type: measure/m.test(read(path)));
const triage = one(/\/triage\.yaml$/);

// Each mistake: the file, what is replaced, by what, and a word that both must say where the place may differ.
const mistakes = [
  ["a value that is none of its list", triage, /^authenticity: .*$/m, "authenticity: 可信"],
  ["a value of a list inside a list", handling, /^( +)type: measure$/m, "$1type: deed"],
  ["a missing field", handling, /^ +type: measure\n/m, "", "type"],
  ["a number for a text", collection, /^title: .*$/m, "title: 12"],
  ["a text for a list", collection, /^matters:\n(?: +- .*\n)+/m, "matters: 机床\n"],
  ["a date in words", collection, /^discovered_at: .*$/m, "discovered_at: 2026年11月23日"],
  ["a time without its offset", collection, /^discovered_at: .*$/m, "discovered_at: 2026-11-23T09:12:00"],
  ["a field that is none", collection, /^source: /m, "sauce: ", "sauce"],
  ["a colour for a year", one(/^calendar\//), /^ {2}"\d{4}":/m, "  red:"],
  ["a language that is none", "organisation.yaml", /^language: .*$/m, "language: fr"],
  ["a final state that is a word", "workflow.yaml", /^( +)final: true$/m, "$1final: maybe"],
];
for (const [what, path, pattern, by, word] of mistakes) {
  const sound = read(path);
  const text = sound.replace(pattern, by);
  if (text === sound) fail(`${what}: ${path} has no ${pattern}`);
  const line = sound.slice(0, sound.search(pattern)).split("\n").length;
  const told = [await found(path, text), await found(path, text.replace(first, "\n"))];
  for (const diagnostics of told) {
    const here = diagnostics.some(({ range, message }) =>
      word ? message.includes(word) : range.start.line + 1 === line,
    );
    if (!here) fail(`${what} in ${path}:${line} was not found: ${JSON.stringify(diagnostics)}`);
  }
  writeFileSync(join(root, path), text);
  const ran = spawnSync(clue, ["-C", root, "check", "--format", "json"], { encoding: "utf8" });
  writeFileSync(join(root, path), sound);
  const { findings } = JSON.parse(ran.stdout);
  const same = findings.some((finding) =>
    finding.path === path && (word ? finding.message.includes(word) : finding.line === line),
  );
  if (!same) fail(`clue check does not find ${what} in ${path}:${line}: ${ran.stdout}`);
}

// Every key that a record has is explained in both languages, in the words of its schema.
let hovers = 0;
for (const path of [collection, triage, handling, one(/\/transfers\//), one(/\/clue\.yaml$/), "organisation.yaml"]) {
  const text = read(path);
  await diagnose(path, text);
  for (const [line, content] of text.split("\n").entries()) {
    const key = /^[ -]*([a-z][a-z_-]*):( |$)/.exec(content);
    if (!key) continue;
    const hover = await request("textDocument/hover", asked(path, line, content.indexOf(key[1])));
    const shown = hover?.contents?.value ?? "";
    if (!/[a-z]/i.test(shown) || !/\p{Script=Han}/u.test(shown)) fail(`${path}:${line + 1} ${content}: ${shown}`);
    hovers += 1;
  }
  await close(path);
}
await diagnose(collection);
const sourceLine = read(collection).split("\n").findIndex((line) => line.startsWith("discovered_at:"));
const { contents } = await request("textDocument/hover", asked(collection, sourceLine, 2));
const field = JSON.parse(read("schema/collection.schema.json")).properties.discovered_at;
for (const words of [field.title, ...field.description.split("\n\n").map((words) => words.split(/[,，]/)[0])]) {
  if (!contents.value.includes(words)) fail(`hover says ${contents.value}, and not ${words}`);
}
await close(collection);

// Keys that are still missing, and the values of a list, are offered.
async function offered(path, text, line, character) {
  await diagnose(path, text);
  const answer = await request("textDocument/completion", asked(path, line, character));
  await close(path);
  return (answer?.items ?? answer ?? []).map(({ label }) => label);
}
const begun = read(triage).match(first)[0];
const keys = await offered(triage, `${begun}authenticity: credible\n`, 2, 0);
for (const key of ["opinion", "category", "kind", "urgency", "reviewed_at"]) {
  if (!keys.includes(key)) fail(`the key ${key} is not offered: ${keys}`);
}
if (keys.includes("authenticity")) fail("a key that is there is offered again");
const values = await offered(triage, `${begun}authenticity: \n`, 1, 14);
for (const value of ["credible", "doubtful", "unfounded"]) {
  if (!values.includes(value)) fail(`the value ${value} is not offered: ${values}`);
}

child.removeAllListeners("exit");
child.kill();
console.log(
  `yaml-language-server: ${files.length} files sound, ${mistakes.length} mistakes found as by clue check, ${hovers} keys explained`,
);
process.exit(0);
