/** `npm run bench -- NAME [options]` */
const benches: Readonly<Record<string, () => Promise<unknown>>> = {
  chat: () => import('./chat.ts').then(({ benchChat }) => benchChat()),
  imagine: () => import('./imagine.ts').then(({ benchImagine }) => benchImagine()),
  'imagine-profile': () =>
    import('./imagine-profile.ts').then(({ benchImagineProfile }) => benchImagineProfile()),
  profile: () => import('./profile.ts').then(({ benchProfile }) => benchProfile()),
  soak: () => import('./soak.ts').then(({ benchSoak }) => benchSoak()),
  accounts: () => import('./accounts.ts').then(({ benchAccounts }) => benchAccounts()),
};

const name = process.argv[2] ?? '';
const bench = benches[name];
if (bench) await bench();
else {
  console.error(`usage: npm run bench -- NAME [--json]; names: ${Object.keys(benches).join(', ')}`);
  process.exitCode = 2;
}
