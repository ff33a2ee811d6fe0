#!/usr/bin/env node
// Runs the command. Node 22.1 and newer keep what V8 has compiled in a folder that only this user can write to.
'use strict';
const { join } = require('node:path');

// Their sockets do not say what this program needs to know: that a peer has ended, or was cut off.
if (process.versions.bun || process.versions.deno) {
  process.stderr.write('wireline: this is a program for Node 20.19 and newer; Bun and Deno cannot run it\n');
  process.exit(1);
}

const { XDG_CACHE_HOME: caches, HOME: home } = process.env;
const cache = caches || (home && join(home, '.cache'));
// Node 20 has no such cache, and would load the module in vain.
if (cache && !process.version.startsWith('v20.')) require('node:module').enableCompileCache?.(join(cache, 'wireline'));

require(join(__dirname, 'command', 'main.cjs'));
