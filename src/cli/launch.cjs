#!/usr/bin/env node
// Runs main.cjs. Most of the start of a short command is the compiling of its code, so the build leaves V8's
// compiled code beside it: `wireline send` then takes 1.5 times as long as `node -e 0`, and 1.8 times without.
// V8 itself refuses code of another version or with other flags; the source is compiled then.
'use strict';
const { readFileSync } = require('node:fs');
const { wrap } = require('node:module');
const { join } = require('node:path');
const { Script } = require('node:vm');

// Their sockets do not say what this program needs to know: that a peer has ended, or was cut off.
if (process.versions.bun || process.versions.deno) {
  process.stderr.write('wireline: this is a program for Node 20.19 and newer; Bun and Deno cannot run it\n');
  process.exit(1);
}

const filename = join(__dirname, 'main.cjs');
const cachedData = read(join(__dirname, 'main.cache'));
const script = new Script(wrap(readFileSync(filename, 'latin1')), cachedData ? { filename, cachedData } : { filename });
script.runInThisContext().call(module.exports, module.exports, require, module, filename, __dirname);

// The build asks for the compiled code of what has run.
const { WIRELINE_BUILD_CACHE: cache } = process.env;
if (cache) process.on('exit', () => require('node:fs').writeFileSync(cache, script.createCachedData()));

function read(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
