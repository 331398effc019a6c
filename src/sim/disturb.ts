import { deleteChannel } from './channels.ts';
import { type Fault, type FaultTable, OrderError } from './faults.ts';
import type { World } from './world.ts';

/** What a fault may work on. */
export interface DisturbedParts {
  readonly world: World;
  readonly faults: FaultTable;
  readonly gateway: { disturb(fault: Fault): void };
}

/** Does what a fault orders. @throws OrderError when it names something that is not there */
export function disturb({ world, faults, gateway }: DisturbedParts, fault: Fault): void {
  if ('account' in fault && fault.account !== undefined && !world.accounts.has(fault.account)) {
    throw new OrderError('account', `there is no account ${fault.account}`);
  }
  switch (fault.type) {
    case 'rest':
      faults.addRest(fault);
      return;
    case 'lose-events':
    case 'duplicate-events':
    case 'reorder-events':
    case 'delay-events':
      faults.addEvent(fault);
      return;
    case 'captcha':
      faults.addCaptcha(fault);
      return;
    case 'delete-channel':
      removeChannel(world, fault.channelId);
      return;
    case 'revoke-token':
      revoke(world, fault.account);
      break;
    case 'clear':
      faults.clear();
      break;
    default:
  }
  gateway.disturb(fault);
}

function revoke(world: World, accountId: string): void {
  const account = world.accounts.get(accountId);
  if (account) account.revoked = true;
}

function removeChannel(world: World, channelId: string): void {
  const channel = world.channels.get(channelId);
  if (!channel) throw new OrderError('channelId', `there is no channel ${channelId}`);
  deleteChannel(world, channel);
}
