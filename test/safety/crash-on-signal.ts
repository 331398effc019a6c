/** `cordgate` from its sources; SIGUSR2 makes it meet an error that nobody catches and that holds secrets everywhere. */
import { main } from '../../src/cli/main.ts';

process.on('SIGUSR2', () => {
  setImmediate(() => {
    const secrets = process.env.CRASH_WITH ?? '';
    const cause = new Error(`cause: ${secrets}`);
    throw Object.assign(new Error(`boom: ${secrets}`, { cause }), { authorization: secrets, url: secrets });
  });
});

await main();
