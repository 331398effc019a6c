import { buildWorld, simPort } from '../../src/sim/index.ts';
import { describeTaskPort } from './discord-port-interactions.ts';

describeTaskPort('simPort', async () => {
  const built = buildWorld({ users: 2 });
  return {
    port: simPort(built.world, 'alice'),
    other: simPort(built.world, 'bob'),
    world: built.world,
    guildId: built.guildId,
    channelId: built.channels.general ?? '',
    accountId: 'alice',
    close: async () => built.stop(),
  };
});
