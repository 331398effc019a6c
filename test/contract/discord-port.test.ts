import { buildWorld, simPort } from '../../src/sim/index.ts';
import { describeDiscordPort } from './discord-port.ts';

describeDiscordPort('simPort', async () => {
  const built = buildWorld({ coze: { silent: true } });
  return {
    port: simPort(built.world, 'bridge'),
    other: simPort(built.world, 'alice'),
    world: built.world,
    guildId: built.guildId,
    channelId: built.channels.general ?? '',
    categoryId: built.channels.category ?? '',
    strangerId: built.pikaUserId,
    accountId: 'bridge',
    close: async () => built.stop(),
  };
});
