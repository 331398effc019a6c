import { join } from 'node:path';
import preact from '@preact/preset-vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

/** Where `npx vite web` finds a gateway, for people who work on the interface. */
const gateway = process.env.CORDGATE_URL ?? 'http://127.0.0.1:8092';
const paths = ['/cordgate', '/admin', '/v1', '/files', '/openapi.json', '/docs'];

const instead = (name: string) => join(import.meta.dirname, `parts/markdown/instead/${name}.ts`);

export default defineConfig({
  root: import.meta.dirname,
  // Relative, so that the interface works behind any prefix of a reverse proxy.
  base: './',
  plugins: [preact({ devToolsEnabled: false }), tailwindcss()],
  // markdown-it brings tables that the browser has, and a finder of links that is not used: more than a third of its size.
  resolve: {
    alias: {
      entities: instead('entities'),
      'linkify-it': instead('linkify'),
      'uc.micro': instead('punctuation'),
      'punycode.js': instead('punycode'),
      mdurl: instead('addresses'),
    },
  },
  build: {
    outDir: '../dist/ui',
    emptyOutDir: true,
    target: 'es2023',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    modulePreload: { polyfill: false },
    // Nothing inline: the gateway's content security policy allows files of its own only.
    assetsInlineLimit: 0,
    license: { fileName: 'licenses.md' },
  },
  server: { proxy: Object.fromEntries(paths.map((path) => [path, { target: gateway }])) },
});
