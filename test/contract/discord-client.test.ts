/** The real transport over real sockets, held against the same contracts as the in-memory port. */
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { createDiscordClient } from '../../src/discord/client.ts';
import { startSim } from '../../src/sim/index.ts';
import { describeDiscordPort } from './discord-port.ts';
import { describeTaskPort } from './discord-port-interactions.ts';

/** A simulator with two people and a bot account, and the clients of two of them. */
async function connected(first: string, second: string) {
  const sim = await startSim({ port: 0, users: 2, coze: { silent: true } });
  const { api, gateway, cdn, upload, activity, guildId, channels, bots } = sim.ready;
  const connect = async (accountId: string) => {
    const account = sim.ready.accounts.find(({ id }) => id === accountId);
    if (!account) throw new Error(`the simulator has no account ${accountId}`);
    const hosts = { api, gateway, cdn, upload, activity };
    const client = createDiscordClient({ account, hosts, clock: systemClock, log: silentLog });
    client.connect();
    await client.whenReady();
    return client;
  };
  const [port, other] = await Promise.all([connect(first), connect(second)]);
  return {
    port,
    other,
    world: sim.world,
    guildId,
    channelId: channels.general ?? '',
    categoryId: channels.category ?? '',
    strangerId: bots.pika.userId,
    accountId: first,
    close: async () => {
      await Promise.all([port.close(), other.close()]);
      await sim.close();
    },
  };
}

describeDiscordPort('the client', () => connected('bridge', 'alice'));
describeTaskPort('the client', () => connected('alice', 'bob'));
