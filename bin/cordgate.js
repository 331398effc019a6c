#!/usr/bin/env node
// Plain old syntax up to the version check, so that an old node can say what is wrong instead of a SyntaxError.
var version = process.versions.node.split('.').map(Number);
// The same range as "engines" in package.json.
var isNewEnough = version[0] >= 26 || (version[0] === 24 && version[1] >= 15);

if (!isNewEnough) {
  console.error(
    'cordgate needs Node.js 24.15 or newer; this is ' +
      process.version +
      ' (' +
      process.execPath +
      ').\n' +
      'In a clone, "npm start" and "npx cordgate" bring their own Node.js: run "npm ci" once, then one of them.\n' +
      'Elsewhere install Node.js 24 from https://nodejs.org/.',
  );
  process.exit(2);
}

import('../dist/cli/main.js').then(
  (program) => program.main(),
  (error) => {
    var isUnbuilt = error.code === 'ERR_MODULE_NOT_FOUND' && /dist[\\/]cli[\\/]main\.js'/.test(error.message);
    console.error(isUnbuilt ? 'cordgate is not built: run "npm run build" first.' : error);
    process.exit(1);
  },
);
